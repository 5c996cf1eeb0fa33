# CIFAR-100 (A. Krizhevsky 2009), binary version: 50,000 training and 10,000 test images of 3 x 32 x 32 in 100 classes,
# grouped by five. Read by FetchData.cmake, which explains the variables.

set(dataset_title "CIFAR-100")

set(dataset_files
    #  name      bytes      sha256                                                            no .gz
    "test.bin    30740000   d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a  -"
    "train.bin   153700000  f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29  -")

# The md5 is the one that the data set's own page states.
set(dataset_archive "cifar-100-binary.tar.gz 168513733 03b5dce01913d631647c71ecec9e9cb8")
set(dataset_archive_urls "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz")
set(dataset_archive_folder "cifar-100-binary")
