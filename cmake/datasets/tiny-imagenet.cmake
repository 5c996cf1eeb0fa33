# Tiny ImageNet (Stanford CS231N): 100,000 training and 10,000 validation pictures of 64 x 64 in 200 classes, JPEG files.
# Read by FetchData.cmake, which explains the variables.

set(dataset_title "Tiny ImageNet")

# Of its 120,000 files only some are looked for: the archive as a whole has a digest.
set(dataset_files
    "val/val_annotations.txt  0  any  -"
    "train/n01443537/n01443537_boxes.txt  0  any  -"
    "words.txt  0  any  -"
    "wnids.txt  0  any  -")

set(dataset_archive "tiny-imagenet-200.zip 248100043 90528d7ca1a48142e341f4ef8d21d0de")
set(dataset_archive_urls "http://cs231n.stanford.edu/tiny-imagenet-200.zip")
set(dataset_archive_folder "tiny-imagenet-200")
