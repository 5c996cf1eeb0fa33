# cmake -DCMAKE_TOOLCHAIN_FILE=arm-none-eabi.cmake -DPOLYFOLD_DEVICE_CORE=cortex-m4 -DCMAKE_BUILD_TYPE=Release ...
# Debian's cross compiler (gcc-arm-none-eabi, libstdc++-arm-none-eabi-newlib) for one core, and QEMU (qemu-system-arm), which
# runs its programs: `ctest` starts them. With -icount shift=0 an instruction takes a nanosecond of the machine's time. For a
# board of silicon: -DPOLYFOLD_DEVICE_CORE=nucleo_f446re.
# Build types: Release is -O2, MinSizeRel -Os.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(POLYFOLD_DEVICE_CORE
    cortex-m4
    CACHE STRING "cortex-m0, cortex-m3, cortex-m4, cortex-m7, cortex-m33, cortex-m55; or a board: nucleo_f446re")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES POLYFOLD_DEVICE_CORE)

# The core, its floating-point unit, QEMU's machine, and the linker script with its memory.
set(core ${POLYFOLD_DEVICE_CORE})
set(unit "")
set(machine "")
if(core STREQUAL cortex-m0)
  set(machine microbit)
  set(memory microbit)
elseif(core STREQUAL cortex-m3)
  set(machine mps2-an385)
  set(memory mps2)
elseif(core STREQUAL cortex-m4)
  set(machine mps2-an386)
  set(memory mps2)
  set(unit "-mfloat-abi=hard -mfpu=fpv4-sp-d16")
elseif(core STREQUAL cortex-m7)
  set(machine mps2-an500)
  set(memory mps2)
  set(unit "-mfloat-abi=hard -mfpu=fpv5-sp-d16")
elseif(core STREQUAL cortex-m33)
  set(machine mps2-an505)
  set(memory mps2_secure)
  set(unit "-mfloat-abi=hard -mfpu=fpv5-sp-d16")
elseif(core STREQUAL cortex-m55)
  set(machine mps3-an547)
  set(memory mps3)
  set(unit "-mfloat-abi=hard")
elseif(core STREQUAL nucleo_f446re)
  set(core cortex-m4)
  set(memory nucleo_f446re)
  set(POLYFOLD_DEVICE_OPENOCD board/st_nucleo_f4.cfg)
  set(unit "-mfloat-abi=hard -mfpu=fpv4-sp-d16")
else()
  message(FATAL_ERROR "POLYFOLD_DEVICE_CORE is '${core}'; expected cortex-m0, cortex-m3, cortex-m4, cortex-m7, cortex-m33, "
                      "cortex-m55 or nucleo_f446re")
endif()

set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
# Loops that copy and clear a few words stay loops: the C library's functions for it are larger than some layers.
# Multiplications and additions are fused only where one writes so: all cores and desktops compute the same floats.
set(CMAKE_C_FLAGS_INIT "-mcpu=${core} -mthumb ${unit} -ffunction-sections -fdata-sections -ffp-contract=off")
string(APPEND CMAKE_C_FLAGS_INIT " -fno-tree-loop-distribute-patterns")
set(CMAKE_CXX_FLAGS_INIT "${CMAKE_C_FLAGS_INIT} -fno-exceptions -fno-rtti -fno-threadsafe-statics")
set(CMAKE_EXE_LINKER_FLAGS_INIT "--specs=nano.specs -nostartfiles -Wl,--gc-sections")
foreach(language IN ITEMS C CXX)
  set(CMAKE_${language}_FLAGS_RELEASE "-O2" CACHE STRING "for speed")
  set(CMAKE_${language}_FLAGS_MINSIZEREL "-Os" CACHE STRING "for size")
endforeach()
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

set(POLYFOLD_DEVICE_MEMORY ${memory})
set(POLYFOLD_DEVICE_MACHINE ${machine})
if(machine)
  set(POLYFOLD_DEVICE_EMULATOR
      qemu-system-arm -M ${machine} -icount shift=0 -display none -monitor none -serial none -chardev stdio,id=console
      -semihosting-config enable=on,chardev=console)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${POLYFOLD_DEVICE_EMULATOR} -kernel)
endif()
