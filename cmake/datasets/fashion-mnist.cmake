# Fashion-MNIST (Zalando Research 2017): 60,000 training and 10,000 test images of clothes, 28 x 28, one byte per pixel, in
# IDX files of MNIST's names. Read by FetchData.cmake, which explains the variables.

set(dataset_title "Fashion-MNIST")

# The digests of the .gz files are those that the data set's own page states; it states none of the plain files.
set(dataset_files
    #  name                     bytes      plain  md5 of the official name.gz
    "t10k-labels-idx1-ubyte     10008      -      bb300cfdad3c16e7a12a480ee83cd310"
    "train-labels-idx1-ubyte    60008      -      25c81989df183df01b3e8a0aad5dffbe"
    "t10k-images-idx3-ubyte     7840016    -      bef4ecab320f06d8554ea6380940ec79"
    "train-images-idx3-ubyte    47040016   -      8d4fb7e6c68d591d4c3dfef9ec88bf0d")

set(dataset_mirrors
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/")
