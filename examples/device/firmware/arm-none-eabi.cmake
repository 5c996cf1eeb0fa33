# cmake -DCMAKE_TOOLCHAIN_FILE=arm-none-eabi.cmake -DPOLYFOLD_DEVICE_CORE=cortex-m4 -DCMAKE_BUILD_TYPE=Release ...
# Debian's cross compiler (gcc-arm-none-eabi, libstdc++-arm-none-eabi-newlib) for one core, and QEMU (qemu-system-arm), which
# runs its programs: `ctest` starts them. With -icount shift=0 an instruction takes a nanosecond of the machine's time.
# Build types: Release is -O2, MinSizeRel -Os.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(POLYFOLD_DEVICE_CORE
    cortex-m4
    CACHE STRING "cortex-m0, cortex-m3, cortex-m4 or cortex-m7")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES POLYFOLD_DEVICE_CORE)

set(flags "-mcpu=${POLYFOLD_DEVICE_CORE} -mthumb")
if(POLYFOLD_DEVICE_CORE STREQUAL cortex-m0)
  set(machine microbit)
elseif(POLYFOLD_DEVICE_CORE STREQUAL cortex-m3)
  set(machine mps2-an385)
elseif(POLYFOLD_DEVICE_CORE STREQUAL cortex-m4)
  set(machine mps2-an386)
  string(APPEND flags " -mfloat-abi=hard -mfpu=fpv4-sp-d16")
elseif(POLYFOLD_DEVICE_CORE STREQUAL cortex-m7)
  set(machine mps2-an500)
  string(APPEND flags " -mfloat-abi=hard -mfpu=fpv5-sp-d16")
else()
  message(FATAL_ERROR "POLYFOLD_DEVICE_CORE is '${POLYFOLD_DEVICE_CORE}'; "
                      "expected cortex-m0, cortex-m3, cortex-m4 or cortex-m7")
endif()

set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
# Multiplications and additions are fused only where one writes so: all cores and desktops compute the same floats.
set(CMAKE_CXX_FLAGS_INIT
    "${flags} -fno-exceptions -fno-rtti -fno-threadsafe-statics -ffunction-sections -fdata-sections -ffp-contract=off")
set(CMAKE_EXE_LINKER_FLAGS_INIT "--specs=nano.specs -nostartfiles -Wl,--gc-sections")
set(CMAKE_CXX_FLAGS_RELEASE "-O2" CACHE STRING "for speed")
set(CMAKE_CXX_FLAGS_MINSIZEREL "-Os" CACHE STRING "for size")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

set(POLYFOLD_DEVICE_MACHINE ${machine})
set(CMAKE_CROSSCOMPILING_EMULATOR
    qemu-system-arm -M ${machine} -icount shift=0 -display none -monitor none -serial none -chardev stdio,id=console
    -semihosting-config enable=on,chardev=console -kernel)
