# The helpers that tests/CMakeLists.txt is written with.

# Catch2 3 brings a compiled main function, Catch2 2 has it compiled here, once for all tests.
add_library(polyfold_test_support INTERFACE)
target_include_directories(polyfold_test_support INTERFACE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(polyfold_test_support INTERFACE POLYFOLD_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/data")
target_link_libraries(polyfold_test_support INTERFACE polyfold::simd polyfold::training polyfold::onnx Eigen3::Eigen polyfold_build_flags)
if(TARGET Catch2::Catch2WithMain)
  target_link_libraries(polyfold_test_support INTERFACE Catch2::Catch2WithMain)
else()
  target_link_libraries(polyfold_test_support INTERFACE Catch2::Catch2)
  add_library(polyfold_test_main OBJECT main.cpp)
  target_link_libraries(polyfold_test_main PRIVATE Catch2::Catch2 polyfold_build_flags)
endif()

# polyfold_add_test(NAME SOURCES file... [TIMEOUT seconds] [THREADS] [HEAVY]): one program, one test named unit.NAME. Those of
# what runs in several THREADS have a label and a target of their own, for the thread sanitizer; all but HEAVY ones, which take
# long to compile and whose code lighter ones run, have others for the address and undefined behaviour sanitizers.
add_custom_target(thread_tests)
add_custom_target(sanitized_tests)
function(polyfold_add_test name)
  cmake_parse_arguments(arg "THREADS;HEAVY" "TIMEOUT" "SOURCES" ${ARGN})
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "polyfold_add_test(${name}): needs SOURCES")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(POLYFOLD_SANITIZE)
    math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * 5")
  endif()
  add_executable(test_${name} ${arg_SOURCES})
  target_link_libraries(test_${name} PRIVATE polyfold_test_support $<TARGET_NAME_IF_EXISTS:polyfold_test_main>)
  add_test(NAME unit.${name} COMMAND test_${name})
  set(labels unit)
  if(arg_THREADS)
    list(APPEND labels threads)
    add_dependencies(thread_tests test_${name})
  endif()
  if(NOT arg_HEAVY)
    list(APPEND labels sanitized)
    add_dependencies(sanitized_tests test_${name})
  endif()
  set_tests_properties(unit.${name} PROPERTIES LABELS "${labels}" TIMEOUT ${arg_TIMEOUT})
  polyfold_note_listed(${arg_SOURCES})
endfunction()

# polyfold_add_compile_fail_test(FILE): g++ and clang++ must both reject the file, with one error of 20 lines at most. The line
# of the error must match what the file's first line, `// expect: REGEX`, promises, and the whole message what a second line,
# `// facts: REGEX`, does. With POLYFOLD_COMPILE_PASS defined, which takes the wrong line out, they must accept the file; a
# wrong flag is given by `// flags: FLAGS` instead.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(polyfold_compile_fail_g++ ${CMAKE_CXX_COMPILER})
  find_program(POLYFOLD_OTHER_COMPILER NAMES clang++ clang++-14)
  set(polyfold_compile_fail_clang++ ${POLYFOLD_OTHER_COMPILER})
else()
  set(polyfold_compile_fail_clang++ ${CMAKE_CXX_COMPILER})
  find_program(POLYFOLD_OTHER_COMPILER NAMES g++ g++-12)
  set(polyfold_compile_fail_g++ ${POLYFOLD_OTHER_COMPILER})
endif()
mark_as_advanced(POLYFOLD_OTHER_COMPILER)
if(NOT POLYFOLD_OTHER_COMPILER)
  message(STATUS "polyfold: the messages of wrong programs are checked with ${CMAKE_CXX_COMPILER} alone: no other compiler found")
endif()

function(polyfold_add_compile_fail_test file)
  get_filename_component(name ${file} NAME_WE)
  get_target_property(includes xsimd INTERFACE_INCLUDE_DIRECTORIES)
  list(PREPEND includes ${PROJECT_SOURCE_DIR}/include)
  foreach(compiler IN ITEMS g++ clang++)
    set(test compile_fail.${name}.${compiler})
    if(polyfold_compile_fail_${compiler})
      add_test(
        NAME ${test}
        COMMAND
          ${CMAKE_COMMAND} -DCOMPILER=${polyfold_compile_fail_${compiler}} -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/${file}
          "-DINCLUDE=${includes}" -P ${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/check.cmake)
    else()
      add_test(NAME ${test} COMMAND ${CMAKE_COMMAND} -E echo "skipped: no ${compiler}")
    endif()
    set_tests_properties(${test} PROPERTIES LABELS compile_fail TIMEOUT 120 SKIP_REGULAR_EXPRESSION "^skipped: ")
  endforeach()
  polyfold_note_listed(${file})
endfunction()

# polyfold_add_compile_pass_test(FILE): the file compiles as on a device, without exceptions and run-time types, for this
# machine and, where a compiler and a C++ library for them are installed, for the Cortex-M cores named here: without a
# floating-point unit, with the two kinds of it, and with vectors. For a RISC-V core of 32 bits too, if Debian's
# gcc-riscv64-unknown-elf is there; it has no C++ library, so that the headers of newlib's for ARM serve.
set(polyfold_cores cortex_m0plus cortex_m4 cortex_m33 cortex_m55)
set(polyfold_flags_cortex_m0plus -mcpu=cortex-m0plus -mthumb)
set(polyfold_flags_cortex_m4 -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16)
set(polyfold_flags_cortex_m33 -mcpu=cortex-m33 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16)
set(polyfold_flags_cortex_m55 -mcpu=cortex-m55 -mthumb -mfloat-abi=hard)
find_program(POLYFOLD_ARM_COMPILER arm-none-eabi-g++)
find_program(POLYFOLD_RISCV_COMPILER riscv64-unknown-elf-g++)
mark_as_advanced(POLYFOLD_ARM_COMPILER POLYFOLD_RISCV_COMPILER)
foreach(core IN LISTS polyfold_cores)
  set(polyfold_compiler_${core} ${POLYFOLD_ARM_COMPILER})
endforeach()
if(POLYFOLD_RISCV_COMPILER)
  execute_process(COMMAND ${POLYFOLD_RISCV_COMPILER} -dumpfullversion OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(newlib /usr/include/newlib)
  if(EXISTS ${newlib}/c++/${version})
    list(APPEND polyfold_cores riscv32)
    set(polyfold_compiler_riscv32 ${POLYFOLD_RISCV_COMPILER})
    set(polyfold_flags_riscv32 -march=rv32imac -mabi=ilp32 -isystem ${newlib}/c++/${version}
                               -isystem ${newlib}/c++/${version}/arm-none-eabi/thumb/v7-m/nofp -isystem ${newlib})
  endif()
endif()
foreach(core IN LISTS polyfold_cores)
  set(polyfold_skips_${core} "")
  if(NOT polyfold_compiler_${core})
    set(polyfold_skips_${core} "skipped: no arm-none-eabi-g++ (Debian: libstdc++-arm-none-eabi-newlib)")
  else()
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/has_array.cpp CONTENT "#include <array>\n")
    execute_process(
      COMMAND ${polyfold_compiler_${core}} ${polyfold_flags_${core}} -fsyntax-only ${CMAKE_CURRENT_BINARY_DIR}/has_array.cpp
      RESULT_VARIABLE failed
      OUTPUT_QUIET ERROR_QUIET)
    if(failed)
      set(polyfold_skips_${core}
          "skipped: arm-none-eabi-g++ has no C++ library for ${core} (Debian: libstdc++-arm-none-eabi-newlib)")
    endif()
  endif()
  if(polyfold_skips_${core})
    message(STATUS "polyfold: compile_pass tests for ${core} ${polyfold_skips_${core}}")
  endif()
endforeach()

function(polyfold_add_compile_pass_test file)
  get_filename_component(name ${file} NAME_WE)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/compile_pass_${name})
  set(compile
      -std=c++20
      -Os
      -fno-exceptions
      -fno-rtti
      -Wall
      -Wextra
      -Wpedantic
      -Wconversion
      -Wsign-conversion
      -Wshadow
      -Wold-style-cast
      -Wdouble-promotion
      -Werror
      -I${PROJECT_SOURCE_DIR}/include
      -c
      ${CMAKE_CURRENT_SOURCE_DIR}/${file}
      -o)
  set(tests compile_pass.${name})
  add_test(NAME compile_pass.${name} COMMAND ${CMAKE_CXX_COMPILER} ${compile} ${object}.o)
  foreach(core IN LISTS polyfold_cores)
    if(polyfold_skips_${core})
      add_test(NAME compile_pass.${name}.${core} COMMAND ${CMAKE_COMMAND} -E echo ${polyfold_skips_${core}})
    else()
      add_test(NAME compile_pass.${name}.${core} COMMAND ${polyfold_compiler_${core}} ${polyfold_flags_${core}} ${compile}
                                                         ${object}.${core}.o)
    endif()
    list(APPEND tests compile_pass.${name}.${core})
  endforeach()
  set_tests_properties(${tests} PROPERTIES LABELS compile_pass TIMEOUT 120 SKIP_REGULAR_EXPRESSION "^skipped: ")
  polyfold_note_listed(${file})
endfunction()

# polyfold_add_device_tests(): the firmware of examples/device for each core, run in QEMU; what those in integers are
# linked with.
# They are compiled by other compilers than this build: sanitizers have no part in it.
function(polyfold_add_device_tests)
  if(POLYFOLD_SANITIZE)
    return()
  endif()
  find_program(POLYFOLD_ARM_EMULATOR qemu-system-arm)
  find_program(POLYFOLD_ARM_NM arm-none-eabi-nm)
  find_program(POLYFOLD_ARM_OBJDUMP arm-none-eabi-objdump)
  mark_as_advanced(POLYFOLD_ARM_EMULATOR POLYFOLD_ARM_NM POLYFOLD_ARM_OBJDUMP)
  # A compiler that has a C++ library for one core has it for all.
  set(skips ${polyfold_skips_cortex_m4})
  if(NOT skips AND NOT POLYFOLD_ARM_EMULATOR)
    set(skips "skipped: no qemu-system-arm (Debian: qemu-system-arm)")
  endif()
  if(skips)
    message(STATUS "polyfold: device tests ${skips}")
  endif()
  foreach(core IN ITEMS cortex_m0 cortex_m3 cortex_m4 cortex_m7 cortex_m33 cortex_m55)
    set(build ${CMAKE_CURRENT_BINARY_DIR}/device_${core})
    string(REPLACE _ - cpu ${core})
    set(tests device.run.${core} device.symbols.${core} device.bits.${core})
    if(skips)
      foreach(test IN LISTS tests)
        add_test(NAME ${test} COMMAND ${CMAKE_COMMAND} -E echo ${skips})
      endforeach()
    else()
      set(integers digits_int8 cost_dense_int8)
      if(core STREQUAL cortex_m0)
        list(APPEND integers two_networks digits_in_c)
        set(programs ${integers})
      else()
        set(programs ${integers} digits_float32)
      endif()
      add_test(
        NAME device.run.${core}
        COMMAND
          ${CMAKE_COMMAND} -DCORE=${cpu} "-DPROGRAMS=${programs}" -DFIRMWARE=${PROJECT_SOURCE_DIR}/examples/device/firmware
          -DBUILD=${build} -DGENERATOR=${CMAKE_GENERATOR} -DWARNINGS_AS_ERRORS=${POLYFOLD_WARNINGS_AS_ERRORS} -P
          ${CMAKE_CURRENT_SOURCE_DIR}/device/check_run.cmake)
      set(machines_of_cortex_m0 microbit microbit)
      set(machines_of_cortex_m3 mps2-an385 mps2)
      set(machines_of_cortex_m4 mps2-an386 mps2)
      set(machines_of_cortex_m7 mps2-an500 mps2)
      set(machines_of_cortex_m33 mps2-an505 mps2_secure)
      set(machines_of_cortex_m55 mps3-an547 mps3)
      list(GET machines_of_${core} 0 machine)
      list(GET machines_of_${core} 1 script)
      add_test(NAME device.bits.${core}
               COMMAND ${CMAKE_COMMAND} -DCORE=${cpu} -DEMULATOR=${POLYFOLD_ARM_EMULATOR} -DMACHINE=${machine}
                       -DSCRIPT=${script} -DROOT=${PROJECT_SOURCE_DIR} -DBUILD=${build}_bits -P
                       ${CMAKE_CURRENT_SOURCE_DIR}/device/check_bits.cmake)
      list(TRANSFORM integers PREPEND ${build}/)
      add_test(NAME device.symbols.${core}
               COMMAND ${CMAKE_COMMAND} -DNM=${POLYFOLD_ARM_NM} -DOBJDUMP=${POLYFOLD_ARM_OBJDUMP} "-DPROGRAMS=${integers}" -P
                       ${CMAKE_CURRENT_SOURCE_DIR}/device/check_symbols.cmake)
      set_tests_properties(device.run.${core} PROPERTIES FIXTURES_SETUP firmware_${core})
      set_tests_properties(device.symbols.${core} PROPERTIES FIXTURES_REQUIRED firmware_${core})
    endif()
    set_tests_properties(${tests} PROPERTIES LABELS device TIMEOUT 300 SKIP_REGULAR_EXPRESSION "^skipped: ")
  endforeach()
  if(skips)
    add_test(NAME device.board.nucleo_f446re COMMAND ${CMAKE_COMMAND} -E echo ${skips})
  else()
    # It sees floating-point instructions where there are some.
    add_test(NAME device.symbols_of_floats
             COMMAND ${CMAKE_COMMAND} -DNM=${POLYFOLD_ARM_NM} -DOBJDUMP=${POLYFOLD_ARM_OBJDUMP}
                     -DPROGRAMS=${CMAKE_CURRENT_BINARY_DIR}/device_cortex_m4/digits_float32 -P
                     ${CMAKE_CURRENT_SOURCE_DIR}/device/check_symbols.cmake)
    set_tests_properties(
      device.symbols_of_floats PROPERTIES PASS_REGULAR_EXPRESSION "integers do not need:.*vadd.f32"
                                          FIXTURES_REQUIRED firmware_cortex_m4 LABELS device TIMEOUT 60)
    add_test(
      NAME device.board.nucleo_f446re
      COMMAND
        ${CMAKE_COMMAND} -DBOARD=nucleo_f446re -DMACHINE=netduinoplus2 -DFLASH=8000000
        -DFIRMWARE=${PROJECT_SOURCE_DIR}/examples/device/firmware -DBUILD=${CMAKE_CURRENT_BINARY_DIR}/device_nucleo_f446re
        -DGENERATOR=${CMAKE_GENERATOR} -DWARNINGS_AS_ERRORS=${POLYFOLD_WARNINGS_AS_ERRORS}
        -DEMULATOR=${POLYFOLD_ARM_EMULATOR} -DOBJDUMP=${POLYFOLD_ARM_OBJDUMP} -P
        ${CMAKE_CURRENT_SOURCE_DIR}/device/check_board.cmake)
  endif()
  set_tests_properties(device.board.nucleo_f446re PROPERTIES LABELS device TIMEOUT 200 SKIP_REGULAR_EXPRESSION "^skipped: ")
endfunction()

# polyfold_add_named_programs(FILE...): programs that are compiled on the host, as part of the build, and not run.
function(polyfold_add_named_programs)
  add_library(polyfold_named_programs OBJECT ${ARGN})
  target_link_libraries(polyfold_named_programs PRIVATE polyfold_test_support)
  target_compile_options(polyfold_named_programs PRIVATE -O0)
  polyfold_note_listed(${ARGN})
endfunction()

# polyfold_add_simd_test(FILE [NATIVE | ONLY_NATIVE]): the file compiled for several instruction sets and run for each: for those
# that this processor has, and for NEON in an emulator where one and a compiler are installed. NATIVE: also as a release for this
# machine (-O3 -march=native), whose vectoriser is bolder; ONLY_NATIVE: just so. With POLYFOLD_NIGHTLY each file is compiled at
# -O2 and -O3 for each instruction set.
set(polyfold_flags_baseline "")
set(polyfold_flags_native -O3 -march=native $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized>
                          $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
set(polyfold_flags_avx2 -mavx2 -mfma)
# GCC 12 warns of its own avx512fintrin.h.
set(polyfold_flags_avx512 -mavx512f -mavx512bw -mavx512dq -mavx512cd -mfma
                          $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
set(polyfold_has_baseline ON)
set(polyfold_has_native ON)
foreach(pair IN ITEMS avx2:avx2 avx512:avx512bw)
  string(REGEX MATCH "(.*):(.*)" pair ${pair})
  set(set ${CMAKE_MATCH_1})
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/has_${set}.cpp
       CONTENT "int main() { return __builtin_cpu_supports(\"${CMAKE_MATCH_2}\") ? 0 : 1; }\n")
  try_run(exit_code compiled ${CMAKE_CURRENT_BINARY_DIR}/has ${CMAKE_CURRENT_BINARY_DIR}/has_${set}.cpp)
  set(polyfold_has_${set} OFF)
  if(compiled AND "${exit_code}" STREQUAL "0")
    set(polyfold_has_${set} ON)
  endif()
  unset(exit_code CACHE)
  unset(compiled CACHE)
endforeach()
# The widest one under the address and undefined behaviour sanitizers.
set(polyfold_sanitized_set baseline)
foreach(set IN ITEMS avx2 avx512)
  if(polyfold_has_${set})
    set(polyfold_sanitized_set ${set})
  endif()
endforeach()
find_program(POLYFOLD_AARCH64_COMPILER aarch64-linux-gnu-g++)
find_program(POLYFOLD_AARCH64_EMULATOR NAMES qemu-aarch64 qemu-aarch64-static)
mark_as_advanced(POLYFOLD_AARCH64_COMPILER POLYFOLD_AARCH64_EMULATOR)

function(polyfold_add_simd_test file)
  cmake_parse_arguments(arg "NATIVE;ONLY_NATIVE" "" "" ${ARGN})
  get_filename_component(name ${file} NAME_WE)
  set(sets baseline avx2 avx512)
  set(variants "")
  if(NOT arg_ONLY_NATIVE)
    set(variants ${sets})
  endif()
  # Sanitizers see by themselves what is beside an array.
  if((arg_NATIVE OR arg_ONLY_NATIVE) AND NOT POLYFOLD_SANITIZE)
    list(APPEND variants native)
  endif()
  if(POLYFOLD_NIGHTLY)
    foreach(set IN LISTS sets)
      list(APPEND variants ${set}_O2 ${set}_O3)
    endforeach()
  endif()
  set(tests "")
  foreach(variant IN LISTS variants)
    string(REGEX MATCH "^([a-z0-9]+)_?(O[23])?$" variant ${variant})
    set(set ${CMAKE_MATCH_1})
    set(level "")
    if(CMAKE_MATCH_2)
      set(level -${CMAKE_MATCH_2})
    endif()
    if(polyfold_has_${set})
      add_executable(simd_${name}_${variant} ${file})
      target_link_libraries(simd_${name}_${variant} PRIVATE polyfold::simd polyfold_portable_flags)
      target_compile_options(simd_${name}_${variant} PRIVATE ${polyfold_flags_${set}} ${level})
      add_test(NAME simd.${name}.${variant} COMMAND simd_${name}_${variant})
      if(variant STREQUAL polyfold_sanitized_set)
        add_dependencies(sanitized_tests simd_${name}_${variant})
      endif()
    else()
      add_test(NAME simd.${name}.${variant} COMMAND ${CMAKE_COMMAND} -E echo "skipped: this processor has no ${set}")
    endif()
    list(APPEND tests simd.${name}.${variant})
  endforeach()
  if(arg_ONLY_NATIVE OR POLYFOLD_SANITIZE)
    # Nothing for the emulator.
  elseif(POLYFOLD_AARCH64_COMPILER AND POLYFOLD_AARCH64_EMULATOR)
    # xsimd's headers alone: beside them may lie those of this processor's C library.
    get_target_property(xsimd_dir xsimd INTERFACE_INCLUDE_DIRECTORIES)
    list(GET xsimd_dir 0 xsimd_dir)
    set(alone ${CMAKE_CURRENT_BINARY_DIR}/xsimd_alone)
    file(MAKE_DIRECTORY ${alone})
    file(CREATE_LINK ${xsimd_dir}/xsimd ${alone}/xsimd SYMBOLIC)
    set(program ${CMAKE_CURRENT_BINARY_DIR}/simd_${name}_neon)
    add_custom_command(
      OUTPUT ${program}
      COMMAND ${POLYFOLD_AARCH64_COMPILER} -std=c++20 -O1 -static -I${PROJECT_SOURCE_DIR}/include -isystem ${alone}
              ${CMAKE_CURRENT_SOURCE_DIR}/${file} -o ${program} -MD -MF ${program}.d
      DEPENDS ${file}
      DEPFILE ${program}.d)
    add_custom_target(build_simd_${name}_neon ALL DEPENDS ${program})
    add_test(NAME simd.${name}.neon COMMAND ${POLYFOLD_AARCH64_EMULATOR} ${program})
    list(APPEND tests simd.${name}.neon)
  else()
    add_test(NAME simd.${name}.neon
             COMMAND ${CMAKE_COMMAND} -E echo
                     "skipped: no aarch64-linux-gnu-g++ or qemu-aarch64 (Debian: g++-aarch64-linux-gnu, qemu-user)")
    list(APPEND tests simd.${name}.neon)
  endif()
  if(tests)
    set_tests_properties(${tests} PROPERTIES LABELS simd TIMEOUT 300 SKIP_REGULAR_EXPRESSION "^skipped: ")
  endif()
  if(polyfold_sanitized_set IN_LIST variants)
    set_tests_properties(simd.${name}.${polyfold_sanitized_set} PROPERTIES LABELS "simd;sanitized")
  endif()
  polyfold_note_listed(${file})
endfunction()

# polyfold_add_instruction_sets_test(): one program with the network of tests/instruction_sets compiled for each instruction set;
# it runs, and no function has the same name in two of them. What the compiler inlines depends on the level: -O1 inlines least,
# and -O2 is what programs are compiled with most. Without optimisation even the accessors of std::array are functions by
# themselves, and nothing is promised.
function(polyfold_add_instruction_sets_test)
  if(POLYFOLD_SANITIZE)
    return()
  endif()
  if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    add_test(NAME instruction_sets.run COMMAND ${CMAKE_COMMAND} -E echo "skipped: this processor has no x86-64 instruction sets")
    set_tests_properties(instruction_sets.run PROPERTIES LABELS simd SKIP_REGULAR_EXPRESSION "^skipped: ")
    return()
  endif()
  set(levels O1 O2)
  if(POLYFOLD_NIGHTLY)
    list(APPEND levels O3)
  endif()
  foreach(level IN LISTS levels)
    set(program instruction_sets_${level})
    set(objects "")
    add_executable(${program} instruction_sets/main.cpp)
    target_link_libraries(${program} PRIVATE polyfold::polyfold polyfold_portable_flags)
    foreach(set IN ITEMS baseline avx2 avx512)
      add_library(${program}_${set} OBJECT instruction_sets/engine.cpp)
      target_link_libraries(${program}_${set} PRIVATE polyfold::simd polyfold_portable_flags)
      target_compile_definitions(${program}_${set} PRIVATE ENGINE=${set})
      target_compile_options(${program}_${set} PRIVATE ${polyfold_flags_${set}} -${level})
      target_link_libraries(${program} PRIVATE ${program}_${set})
      list(APPEND objects $<TARGET_OBJECTS:${program}_${set}>)
    endforeach()
    add_test(NAME instruction_sets.run.${level} COMMAND ${program})
    add_test(NAME instruction_sets.symbols.${level}
             COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} "-DOBJECTS=${objects}" -P
                     ${CMAKE_CURRENT_SOURCE_DIR}/instruction_sets/check_symbols.cmake)
    set_tests_properties(instruction_sets.run.${level} instruction_sets.symbols.${level} PROPERTIES LABELS simd TIMEOUT 60)
  endforeach()
endfunction()

# polyfold_add_package_test(MODE): a project of its own uses polyfold the way MODE says: every component compiles, links and
# runs.
function(polyfold_add_package_test mode)
  # Fetched dependencies are out of find_package's sight: then only the plain target is tried.
  if(POLYFOLD_FETCHED_DEPENDENCIES)
    set(components OFF)
  else()
    set(components ON)
  endif()
  add_test(
    NAME package.${mode}
    COMMAND
      ${CMAKE_COMMAND} -DMODE=${mode} -DPOLYFOLD_SOURCE_DIR=${PROJECT_SOURCE_DIR} -DCOMPONENTS=${components}
      -DWORK_DIR=${CMAKE_CURRENT_BINARY_DIR}/package_${mode} -DGENERATOR=${CMAKE_GENERATOR}
      -DCOMPILER=${CMAKE_CXX_COMPILER} -P ${CMAKE_CURRENT_SOURCE_DIR}/package/check.cmake)
  set_tests_properties(package.${mode} PROPERTIES LABELS package TIMEOUT 300 SKIP_REGULAR_EXPRESSION "^skipped: ")
endfunction()

# Compiles every public header alone, as part of the build. What retrains, reads files or includes everything may use
# the dependencies; the rest sees nothing but the library.
function(polyfold_check_headers)
  set(include_dir ${PROJECT_SOURCE_DIR}/include)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${include_dir} ${include_dir}/*.hpp)
  set(plain "")
  set(full "")
  foreach(header IN LISTS headers)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/headers/${header}.cpp)
    # Twice: a header without its guard fails here as well.
    file(CONFIGURE OUTPUT ${source} CONTENT "#include <${header}>\n#include <${header}>\n")
    if(header MATCHES "^polyfold/((fit|train|tune|io|report|simd|kernels/simd)/|(polyfold|packed|run_batch)\\.hpp$)")
      list(APPEND full ${source})
    else()
      list(APPEND plain ${source})
    endif()
  endforeach()
  if(plain)
    add_library(polyfold_plain_headers OBJECT ${plain})
    target_link_libraries(polyfold_plain_headers PRIVATE polyfold::polyfold polyfold_build_flags)
    target_compile_options(polyfold_plain_headers PRIVATE -O0)
  endif()
  if(full)
    add_library(polyfold_full_headers OBJECT ${full})
    target_link_libraries(polyfold_full_headers PRIVATE polyfold::simd polyfold::training polyfold::onnx polyfold_build_flags)
    target_compile_options(polyfold_full_headers PRIVATE -O0)
  endif()
  foreach(target IN ITEMS polyfold_plain_headers polyfold_full_headers)
    if(TARGET ${target})
      add_dependencies(sanitized_tests ${target})
    endif()
  endforeach()
  polyfold_check_windows_names(${headers})
endfunction()

# Compiles all public headers in one program behind Windows' macros, which come behind all that the headers include.
function(polyfold_check_windows_names)
  set(foreign "")
  foreach(header IN LISTS ARGN)
    file(STRINGS ${PROJECT_SOURCE_DIR}/include/${header} lines REGEX "^#include <")
    list(APPEND foreign ${lines})
  endforeach()
  # Intrinsics are xsimd's to include, and not every system has the last one.
  list(FILTER foreign EXCLUDE REGEX "<(polyfold/.*|immintrin.h|arm_acle.h|arm_neon.h|xlocale.h)>")
  list(REMOVE_DUPLICATES foreign)
  list(SORT foreign)
  list(TRANSFORM ARGN REPLACE "(.+)" "#include <\\1>" OUTPUT_VARIABLE own)
  list(JOIN foreign "\n" foreign)
  list(JOIN own "\n" own)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/headers/windows_names.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "${foreign}\n#include \"windows_names.hpp\"\n${own}\n" @ONLY)
  add_library(polyfold_windows_names OBJECT ${source})
  target_link_libraries(polyfold_windows_names PRIVATE polyfold_test_support)
  target_compile_options(polyfold_windows_names PRIVATE -O0)
endfunction()

# A file in a tests folder that no line above names would be a test that never runs: that stops the configuration.
function(polyfold_note_listed)
  set_property(DIRECTORY APPEND PROPERTY polyfold_listed ${ARGN})
endfunction()
function(polyfold_check_all_listed)
  get_property(listed DIRECTORY PROPERTY polyfold_listed)
  file(GLOB present CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} unit/*.cpp simd/*.cpp compile_fail/*.cpp
       compile_pass/*.cpp)
  list(REMOVE_ITEM present ${listed})
  if(present)
    list(JOIN present ", " present)
    message(FATAL_ERROR "tests/CMakeLists.txt does not name these tests: ${present}")
  endif()
endfunction()
