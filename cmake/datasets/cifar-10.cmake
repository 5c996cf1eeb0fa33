# CIFAR-10 (A. Krizhevsky 2009), binary version: 50,000 training and 10,000 test images of 3 x 32 x 32 in 10 classes.
# Read by FetchData.cmake, which explains the variables.

set(dataset_title "CIFAR-10")

set(dataset_files
    #  name             bytes     sha256                                                            no .gz
    "test_batch.bin     30730000  8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b  -"
    "data_batch_1.bin   30730000  cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5  -"
    "data_batch_2.bin   30730000  a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed  -"
    "data_batch_3.bin   30730000  bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67  -"
    "data_batch_4.bin   30730000  014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48  -"
    "data_batch_5.bin   30730000  755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add  -")

# The md5 is the one that the data set's own page states.
set(dataset_archive "cifar-10-binary.tar.gz 170052171 c32a1d4ab5d03f1284b67883e8d87530")
set(dataset_archive_urls "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz")
set(dataset_archive_folder "cifar-10-batches-bin")
