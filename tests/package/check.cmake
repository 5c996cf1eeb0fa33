# cmake -DMODE=install|unasked|pkg_config|uninstall|subdirectory|fetch -DPOLYFOLD_SOURCE_DIR=... -DWORK_DIR=...
#       -DGENERATOR=... -DCOMPILER=... -DCOMPONENTS=ON|OFF -P check.cmake
# Builds and runs tests/package/consumer, in a folder that is empty at the start. What is installed comes from a build of its
# own, as an installation is also noted in the build that it comes from.

cmake_minimum_required(VERSION 3.25)
set(consumer "${CMAKE_CURRENT_LIST_DIR}/consumer")
set(programs inference)
if(COMPONENTS)
  list(APPEND programs simd training io onnx)
endif()
list(JOIN programs " " spaced_programs)
set(arguments_io "${WORK_DIR}/digits.safetensors")
set(arguments_onnx "${POLYFOLD_SOURCE_DIR}/tests/data/import/pytorch.onnx")

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${WORK_DIR}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# The files under a folder, each a path below it.
function(files_under result folder)
  file(GLOB_RECURSE files LIST_DIRECTORIES true RELATIVE "${folder}" "${folder}/*")
  set(${result} "${files}" PARENT_SCOPE)
endfunction()

# install(ARGUMENT...): as cmake --install has them.
function(install)
  run("${CMAKE_COMMAND}" -S "${POLYFOLD_SOURCE_DIR}" -B installer -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
      -DPOLYFOLD_BUILD_TESTS=OFF -DPOLYFOLD_BUILD_EXAMPLES=OFF)
  run("${CMAKE_COMMAND}" --install installer ${ARGN})
endfunction()

# Configures the consumer; the arguments are more of cmake's.
set(configure
    "${CMAKE_COMMAND}" -S "${consumer}" -B build -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix" "-DPROGRAMS=${spaced_programs}" "-DPOLYFOLD_SOURCE_DIR=${POLYFOLD_SOURCE_DIR}")

function(run_programs)
  foreach(program IN LISTS programs)
    run("${WORK_DIR}/build/${program}" ${arguments_${program}})
  endforeach()
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}/build")

if(MODE STREQUAL "pkg_config")
  find_program(pkg_config pkg-config)
  if(NOT pkg_config)
    message("skipped: no pkg-config (Debian: pkg-config)")
    return()
  endif()
  # As a package is made: staged under DESTDIR, then moved to where it is used.
  set(ENV{DESTDIR} "${WORK_DIR}/stage")
  install(--prefix /opt/polyfold)
  file(RENAME "${WORK_DIR}/stage/opt/polyfold" "${WORK_DIR}/prefix")
  set(ENV{PKG_CONFIG_PATH} "${WORK_DIR}/prefix/share/pkgconfig")
  foreach(program IN LISTS programs)
    set(module polyfold-${program})
    if(program STREQUAL "inference")
      set(module polyfold)
    endif()
    execute_process(
      COMMAND "${pkg_config}" --print-errors --cflags --libs ${module}
      OUTPUT_VARIABLE flags
      OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(flags UNIX_COMMAND "${flags}")
    run("${COMPILER}" -std=c++20 "${consumer}/${program}.cpp" -o build/${program} ${flags})
  endforeach()
  run_programs()
elseif(MODE STREQUAL "unasked")
  install(--prefix prefix)
  foreach(component IN ITEMS simd training io onnx)
    file(REMOVE_RECURSE "${WORK_DIR}/build")
    execute_process(
      COMMAND ${configure} -DMODE=install -DPROGRAMS=${component} -DUNASKED=${component}
      WORKING_DIRECTORY "${WORK_DIR}"
      RESULT_VARIABLE failed
      ERROR_VARIABLE output
      OUTPUT_QUIET)
    set(sentence "the libraries of polyfold::${component}: ask for them with find_package(polyfold COMPONENTS ${component})")
    string(FIND "${output}" "${sentence}" found)
    if(NOT failed OR found EQUAL -1)
      message(FATAL_ERROR "CMake must say: ${sentence}\nIt says:\n${output}")
    endif()
  endforeach()
elseif(MODE STREQUAL "uninstall")
  # Beside other files, which stay.
  set(before include/other.hpp include/polyfold.txt share/cmake/other/otherConfig.cmake)
  foreach(file IN LISTS before)
    file(WRITE "${WORK_DIR}/prefix/${file}" "")
  endforeach()
  files_under(before "${WORK_DIR}/prefix")
  install(--prefix prefix)
  files_under(installed "${WORK_DIR}/prefix")
  if(NOT "include/polyfold/inference.hpp" IN_LIST installed)
    message(FATAL_ERROR "Nothing was installed.")
  endif()
  run("${CMAKE_COMMAND}" --build installer --target uninstall)
  files_under(after "${WORK_DIR}/prefix")
  list(REMOVE_ITEM after ${before} share/pkgconfig)
  if(after)
    message(FATAL_ERROR "Left after uninstall: ${after}")
  endif()
  files_under(after "${WORK_DIR}/prefix")
  list(REMOVE_ITEM before ${after})
  if(before)
    message(FATAL_ERROR "Uninstall removed what it had not installed: ${before}")
  endif()
else()
  if(MODE STREQUAL "install")
    install(--prefix prefix)
  endif()
  run(${configure} "-DMODE=${MODE}")
  run("${CMAKE_COMMAND}" --build build)
  run_programs()
endif()
