# cmake -DCORE=... -DEMULATOR=... -DMACHINE=... -DSCRIPT=... -DROOT=FOLDER -DBUILD=FOLDER -P check_bits.cmake
# Integer products compute on a core what they do in constant expressions.
set(firmware "${ROOT}/examples/device/firmware")
file(MAKE_DIRECTORY "${BUILD}")
execute_process(
  COMMAND
    arm-none-eabi-g++ -mcpu=${CORE} -mthumb -O2 -std=c++20 -Wall -Wextra -Werror -fno-exceptions -fno-rtti
    -fno-threadsafe-statics -ffunction-sections -fdata-sections -I${ROOT}/include -I${firmware}
    ${CMAKE_CURRENT_LIST_DIR}/same_bits.cpp ${firmware}/startup.cpp ${firmware}/qemu.cpp --specs=nano.specs -nostartfiles -Wl,--gc-sections
    -Wl,--defsym=stack_size=0xC00 -L${firmware} -T${SCRIPT}.ld -o ${BUILD}/same_bits COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND ${EMULATOR} -M ${MACHINE} -display none -monitor none -serial none -chardev stdio,id=console -semihosting-config
          enable=on,chardev=console -kernel ${BUILD}/same_bits
  RESULT_VARIABLE failed
  TIMEOUT 60)
if(failed)
  message(FATAL_ERROR "${CORE} computes other bits than constant expressions do")
endif()
