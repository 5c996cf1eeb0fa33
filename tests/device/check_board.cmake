# cmake -DBOARD=nucleo_f446re -DMACHINE=netduinoplus2 -DFLASH=8000000 -DFIRMWARE=FOLDER -DBUILD=FOLDER -DGENERATOR=...
#       -DWARNINGS_AS_ERRORS=... -DEMULATOR=qemu-system-arm -DOBJDUMP=arm-none-eabi-objdump -P check_board.cmake
# Builds the programs for a board of silicon, which no test has: the vector table lies where its flash begins. QEMU has another
# board with a processor of the same family, with the same serial port at the same address: what the program of digits sends
# there is looked at.
include("${CMAKE_CURRENT_LIST_DIR}/../../cmake/Run.cmake")

run(output "${CMAKE_COMMAND}" -S "${FIRMWARE}" -B "${BUILD}" -G "${GENERATOR}" -DPOLYFOLD_DEVICE_CORE=${BOARD}
    -DCMAKE_BUILD_TYPE=Release "-DCMAKE_TOOLCHAIN_FILE=${FIRMWARE}/arm-none-eabi.cmake"
    -DPOLYFOLD_WARNINGS_AS_ERRORS=${WARNINGS_AS_ERRORS})
run(output "${CMAKE_COMMAND}" --build "${BUILD}" --target digits_int8 digits_in_c)
foreach(program IN ITEMS digits_int8 digits_in_c)
  run(output "${OBJDUMP}" -t "${BUILD}/${program}")
  if(NOT output MATCHES "\n0*${FLASH} [^\n]* vectors\n")
    message(FATAL_ERROR "the vector table of ${program} does not lie at ${FLASH}:\n${output}")
  endif()

  # The program does not end on a board: what it sends last ends the emulator.
  set(sent "${BUILD}/${program}.txt")
  file(REMOVE "${sent}")
  set(emulate "'${EMULATOR}' -M ${MACHINE} -display none -monitor none -serial null -serial 'file:${sent}' -kernel")
  # Lines, as a semicolon would end an argument here.
  run(output sh -c "${emulate} '${BUILD}/${program}' &
    emulator=$!
    for i in $(seq 600)
    do grep -q 'exit code [0-9]' '${sent}' 2>/dev/null && break
      sleep 0.1
    done
    kill $emulator")
  file(READ "${sent}" output)
  message("${output}")
  if(NOT output MATCHES "self-test: passed\r?\n" OR NOT output MATCHES "a drawn 1 is taken for 1\r?\n"
     OR NOT output MATCHES "\nended with exit code 0")
    message(FATAL_ERROR "${program} did not send what it should")
  endif()
endforeach()
