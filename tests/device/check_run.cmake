# cmake -DCORE=... -DFIRMWARE=FOLDER -DBUILD=FOLDER -DGENERATOR=... -DWARNINGS_AS_ERRORS=... -P check_run.cmake
# Builds the firmware for a core and runs it in QEMU: the self-test passes and ten drawn digits are read. What it prints is a
# user's first sight of the library on a device, so the words are looked at as well as the exit code.

function(run)
  execute_process(
    COMMAND ${ARGN}
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output
    RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run("${CMAKE_COMMAND}" -S "${FIRMWARE}" -B "${BUILD}" -G "${GENERATOR}" -DPOLYFOLD_DEVICE_CORE=${CORE}
    -DCMAKE_BUILD_TYPE=Release "-DCMAKE_TOOLCHAIN_FILE=${FIRMWARE}/arm-none-eabi.cmake"
    -DPOLYFOLD_WARNINGS_AS_ERRORS=${WARNINGS_AS_ERRORS})
run("${CMAKE_COMMAND}" --build "${BUILD}" --target digits_int8)
set(programs digits_int8)
if(NOT CORE STREQUAL cortex-m0)
  run("${CMAKE_COMMAND}" --build "${BUILD}" --target digits_float32)
  list(APPEND programs digits_float32)
endif()
foreach(program IN LISTS programs)
  run("${CMAKE_CTEST_COMMAND}" --test-dir "${BUILD}" --verbose -R "^${program}$")
  message("${output}")
  if(NOT output MATCHES "self-test: passed")
    message(FATAL_ERROR "${program} computes something else than on the host")
  endif()
  foreach(digit RANGE 9)
    if(NOT output MATCHES "a drawn ${digit} is taken for ${digit}\n")
      message(FATAL_ERROR "${program} takes a ${digit} for something else")
    endif()
  endforeach()
  if(NOT output MATCHES "[^a-z]instructions: [1-9][0-9]+" OR NOT output MATCHES "stack: [1-9][0-9]?[0-9]?\r?\n")
    message(FATAL_ERROR "${program} counts no instructions, or its stack takes more than 999 bytes")
  endif()
endforeach()
