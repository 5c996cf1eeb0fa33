# cmake -DLIST=.../list_weights -DIMPORT=.../import_weights -DFILES=tests/data/import -DWORK_DIR=... -P import.cmake
# What the import examples say of small files; the weights that they are for are no part of the tree.

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
run(FAILURE "layer 0 conv2d: weight" ${IMPORT} mnist-8 ${FILES}/pytorch.onnx)
run(FAILURE "layer 0 conv2d: weight" ${IMPORT} resnet20 ${FILES}/pytorch.npz)
run(FAILURE "lenet6" ${IMPORT} lenet6 ${FILES}/pytorch.npz)
run(FAILURE "nothing.npz" ${IMPORT} lenet5 nothing.npz)
