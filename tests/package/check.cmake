# cmake -DMODE=install|subdirectory|fetch -DPOLYFOLD_SOURCE_DIR=... -DPOLYFOLD_BINARY_DIR=... -DWORK_DIR=...
#       -DGENERATOR=... -DCOMPILER=... -DCOMPONENTS=ON|OFF -P check.cmake
# Builds and runs tests/package/consumer, in a folder that is empty at the start.

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
if(MODE STREQUAL "install")
  run("${CMAKE_COMMAND}" --install "${POLYFOLD_BINARY_DIR}" --prefix "${WORK_DIR}/prefix")
endif()
run("${CMAKE_COMMAND}"
    -S
    "${CMAKE_CURRENT_LIST_DIR}/consumer"
    -B
    "${WORK_DIR}/build"
    -G
    "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix"
    "-DMODE=${MODE}"
    "-DCOMPONENTS=${COMPONENTS}"
    "-DPOLYFOLD_SOURCE_DIR=${POLYFOLD_SOURCE_DIR}")
run("${CMAKE_COMMAND}" --build "${WORK_DIR}/build")
run("${WORK_DIR}/build/inference")
