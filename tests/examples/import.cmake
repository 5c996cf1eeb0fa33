# cmake -DLIST=.../list_weights -DIMPORT=.../import_weights -DWRITE_DIGITS=.../write_digits -DWRITE_LENET5=.../write_lenet5
#       -DFILES=tests/data/import -DWORK_DIR=... -P import.cmake
# What the import examples say of small files, and of weights that nobody trained on images made here.

include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})

run(SUCCESS "conv +weight +conv.weight +F32 +4 x 2 x 3 x 3.*sample +polyfold.output.0" ${LIST} ${FILES}/pytorch.npz)
run(SUCCESS "net/depthwise_conv2d +weight" ${LIST} ${FILES}/keras.npz)
run(SUCCESS "block.downsample.1 +variance" ${LIST} ${FILES}/pytorch.onnx)
run(FAILURE "list_weights: .*nothing.npz" ${LIST} nothing.npz)
run(FAILURE "usage" ${LIST})

run(FAILURE "import_weights: .*keras.npz: [0-9]+ differences .*nothing was loaded.*layer 0 conv2d: weight 'net/conv2d/kernel:0'"
    ${IMPORT} lenet5 ${FILES}/keras.npz)
run(FAILURE "given 1 names; expected 5, .*0 conv2d, 3 conv2d, 6 dense" ${IMPORT} lenet5 ${FILES}/pytorch.npz --names conv)
run(FAILURE "the graph.s input .input.1. has the sizes .1, 2, 9, 7.; expected a batch of 1 x 28 x 28" ${IMPORT} mnist-8 ${FILES}/pytorch.onnx)
run(FAILURE "layer 0 conv2d: weight" ${IMPORT} resnet20 ${FILES}/pytorch.npz)
run(FAILURE "lenet6" ${IMPORT} lenet6 ${FILES}/pytorch.npz)
run(FAILURE "nothing.npz" ${IMPORT} lenet5 nothing.npz)

execute_process(COMMAND ${WRITE_DIGITS} ${WORK_DIR} 10 48 COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${WRITE_LENET5} ${WORK_DIR} OUTPUT_VARIABLE accuracies COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "\n.*" "" as_usual "${accuracies}")
string(REGEX REPLACE "^[^\n]*\n(.*)\n" "\\1" otherwise "${accuracies}")
set(names --names conv1,conv2,fc1,fc2,fc3)
set(lenet5 ${IMPORT} lenet5 pytorch.safetensors ${names} --data ${WORK_DIR})
run(SUCCESS "fc3[.]weight.*compared on 1 sample, largest difference.*${as_usual}" ${lenet5} --output own.safetensors --threads 2)
run(SUCCESS "not compared with the framework's own outputs: the file has no sample[.] Add .*not compared: strides, padding"
    ${IMPORT} lenet5 unsampled.safetensors ${names} --data ${WORK_DIR})
run(SUCCESS "${otherwise}" ${lenet5} --mean 0.25 --deviation 0.125)
run(FAILURE "own.safetensors: is a file of polyfold's own" ${IMPORT} lenet5 own.safetensors)
run(FAILURE "does not compute what the file's samples say" ${IMPORT} lenet5 wrong.safetensors ${names})
run(FAILURE "--mean.*--deviation" ${lenet5} --mean 0.25)
run(FAILURE "^import_weights: normalisation: 2 means" ${lenet5} --mean 0.25,0.5 --deviation 0.125,0.125)
file(WRITE ${WORK_DIR}/file "in the way")
run(FAILURE "^import_weights: .*file: is no folder that files can be written in" ${lenet5} --output file/own.safetensors)
run(FAILURE "--threads" ${lenet5} --threads 0)
run(FAILURE "import_weights: .*holds no Fashion-MNIST" ${IMPORT} lenet5 pytorch.safetensors ${names} --data ${FILES}
    --output unwritten.safetensors)
if(EXISTS ${WORK_DIR}/unwritten.safetensors)
  message(SEND_ERROR "a network was written without the data to measure it")
endif()
