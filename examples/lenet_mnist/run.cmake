# cmake -DFETCH=.../FetchData.cmake -DPROGRAM=.../lenet_mnist -P run.cmake
# Makes MNIST available and runs the program on it.

set(result "${CMAKE_CURRENT_BINARY_DIR}/mnist_folder.txt")
execute_process(COMMAND "${CMAKE_COMMAND}" -DDATASET=mnist "-DRESULT_FILE=${result}" -P "${FETCH}"
                COMMAND_ERROR_IS_FATAL ANY)
file(STRINGS "${result}" folder LIMIT_COUNT 1)
execute_process(COMMAND "${PROGRAM}" --data "${folder}" COMMAND_ERROR_IS_FATAL ANY)
