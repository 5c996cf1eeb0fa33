# cmake -DCORE=... "-DPROGRAMS=..." -DFIRMWARE=FOLDER -DBUILD=FOLDER -DGENERATOR=... -DWARNINGS_AS_ERRORS=... -P check_run.cmake
# Builds programs of the firmware for a core and runs them in QEMU: self-tests pass and drawn digits are read. What they print is
# a user's first sight of the library on a device, so the words are looked at as well as the exit code.
include("${CMAKE_CURRENT_LIST_DIR}/../../cmake/Run.cmake")

run(output "${CMAKE_COMMAND}" -S "${FIRMWARE}" -B "${BUILD}" -G "${GENERATOR}" -DPOLYFOLD_DEVICE_CORE=${CORE}
    -DCMAKE_BUILD_TYPE=Release "-DCMAKE_TOOLCHAIN_FILE=${FIRMWARE}/arm-none-eabi.cmake"
    -DPOLYFOLD_WARNINGS_AS_ERRORS=${WARNINGS_AS_ERRORS})
run(output "${CMAKE_COMMAND}" --build "${BUILD}" --target ${PROGRAMS})
foreach(program IN LISTS PROGRAMS)
  run(output "${CMAKE_CTEST_COMMAND}" --test-dir "${BUILD}" --verbose -R "^${program}$")
  message("${output}")
  if(program MATCHES "^cost_")
    continue()
  endif()
  if(NOT output MATCHES "self-test[a-z ]*: passed" OR output MATCHES "failed\r?\n[0-9]+:")
    message(FATAL_ERROR "${program} computes something else than on the host")
  endif()
  set(last 9)
  if(program STREQUAL digits_in_c)
    set(last 1)
  endif()
  foreach(digit RANGE ${last})
    if(NOT output MATCHES "a drawn ${digit} is taken for ${digit}[,\n]")
      message(FATAL_ERROR "${program} takes a ${digit} for something else")
    endif()
  endforeach()
  if(program MATCHES "^digits_(int8|float32)$")
    if(NOT output MATCHES "[^a-z]instructions: [1-9][0-9]+" OR NOT output MATCHES "stack: [1-9][0-9]?[0-9]?\r?\n")
      message(FATAL_ERROR "${program} counts no instructions, or its stack takes more than 999 bytes")
    endif()
  endif()
endforeach()
