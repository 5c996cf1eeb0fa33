# cmake -DPROGRAM=.../lenet_mnist -DWRITE_DIGITS=.../write_digits -DCOMPILER=c++ "-DINCLUDE=FOLDER..." -DCHECK=check_headers.cpp
#       -DWORK_DIR=... -P lenet_mnist.cmake
# Runs the example from beginning to end on tiny data, then in every way that must fail. The headers that it writes are compiled.

file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
unset(ENV{POLYFOLD_DATA_DIR})
set(data ${WORK_DIR}/data)
set(out ${WORK_DIR}/out)
execute_process(COMMAND ${WRITE_DIGITS} ${data} 96 48 COMMAND_ERROR_IS_FATAL ANY)

# run(argument...): sets `result` and `said`, all that the program wrote.
macro(run)
  execute_process(
    COMMAND ${PROGRAM} ${ARGN}
    WORKING_DIRECTORY ${WORK_DIR}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE said
    ERROR_VARIABLE said)
endmacro()

# expect(REGEX...): what the program must have said.
function(expect)
  foreach(regex IN LISTS ARGN)
    if(NOT said MATCHES "${regex}")
      message(SEND_ERROR "the program ended with '${result}' and did not say '${regex}':\n${said}")
    endif()
  endforeach()
endfunction()

function(expect_success)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "the program failed with '${result}':\n${said}")
  endif()
  expect(${ARGN})
endfunction()

# An ordinary failure: an exit status from 1 to 127, not a signal, and a message.
function(expect_failure)
  if(NOT result MATCHES "^[0-9]+$" OR result EQUAL 0 OR result GREATER 127)
    message(SEND_ERROR "expected the program to fail; it ended with '${result}':\n${said}")
  endif()
  expect(${ARGN})
endfunction()

# All configurations, each one epoch.
set(quick --data ${data} --epochs 1 --dense-epochs 1 --threads 2)
run(${quick} --output ${out})
expect_success(
  "trained on 96 images, measured on 48 test images"
  "coefficient ratio" "byte ratio"
  "dense +epoch +1/1" "paper +epoch +1/1" "small +epoch +1/1" "small_8_bits +epoch +1/1" "thin control +epoch +2/2" "arranged +epoch +1/1")
set(networks dense paper small small_8_bits "thin control" arranged)
foreach(name IN LISTS networks)
  if(NOT EXISTS "${out}/${name}.safetensors")
    message(SEND_ERROR "${name}.safetensors was not written")
  endif()
  if(EXISTS "${out}/${name}.checkpoint")
    message(SEND_ERROR "${name}.checkpoint was left behind")
  endif()
endforeach()
list(TRANSFORM INCLUDE PREPEND -I)
execute_process(COMMAND ${COMPILER} -std=c++20 -O1 ${INCLUDE} -I${out} ${CHECK} -o ${WORK_DIR}/check_headers
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${WORK_DIR}/check_headers COMMAND_ERROR_IS_FATAL ANY)
file(READ ${out}/small_int8.hpp header)
if(NOT header MATCHES "// Source: \"lenet_mnist, small_int8, seed 1: [0-9.]+ % of 48 images\"")
  message(SEND_ERROR "the header of integers does not say how many images the network gets right")
endif()
file(READ ${out}/results.md results)
foreach(name IN LISTS networks)
  if(NOT results MATCHES "\\| ${name} +\\|")
    message(SEND_ERROR "results.md does not name '${name}':\n${results}")
  endif()
endforeach()

# Again, with another number of threads: the dense network is there, and one configuration ends as before.
file(SHA256 ${out}/small.safetensors first)
file(REMOVE ${out}/small.safetensors)
run(--data ${data} --epochs 1 --dense-epochs 1 --threads 3 --configuration small --output ${out})
expect_success("dense: loaded from an earlier run" "small +epoch +1/1")
file(SHA256 ${out}/small.safetensors second)
if(NOT first STREQUAL second)
  message(SEND_ERROR "three threads give another network than two")
endif()
if(said MATCHES "arranged +epoch")
  message(SEND_ERROR "a configuration was run that was not asked for:\n${said}")
endif()

# Other settings: the dense network is trained anew.
run(${quick} --seed 2 --configuration arranged --output ${out})
expect_success("dense +epoch +1/1")

# The data folder may come from the environment.
set(ENV{POLYFOLD_DATA_DIR} ${data})
run(--epochs 1 --dense-epochs 1 --threads 2 --configuration arranged --output ${WORK_DIR}/other)
expect_success("measured on 48 test images")
unset(ENV{POLYFOLD_DATA_DIR})

# Wrong options.
run(--output ${out})
expect_failure("--data")
run(${quick} --configuration tiny)
expect_failure("--configuration" "tiny")
run(${quick} --epochs 0)
expect_failure("--epochs")
run(${quick} --dense-epochs many)
expect_failure("--dense-epochs" "many")
run(${quick} --threads 0)
expect_failure("--threads")
run(${quick} --dense-epochs -1)
expect_failure("--dense-epochs")
run(${quick} --no-such-option)
expect_failure("no-such-option")

# Data that are not there, or too few.
run(--data ${WORK_DIR}/nowhere --output ${out})
expect_failure("lenet_mnist: .*nowhere" "train-images-idx3-ubyte" "Remedy: ")
run(${quick} --validate --output ${out})
expect_failure("holds 96 training images" "55,000" "Remedy: ")
file(COPY ${data}/ DESTINATION ${WORK_DIR}/broken)
file(WRITE ${WORK_DIR}/broken/t10k-labels-idx1-ubyte "not labels")
run(--data ${WORK_DIR}/broken --output ${out})
expect_failure("lenet_mnist: .*t10k-labels-idx1-ubyte" "Remedy: ")

# Files in the output folder that are not what they should be.
file(WRITE ${out}/arranged.checkpoint "not a checkpoint")
run(${quick} --seed 2 --configuration arranged --output ${out})
expect_failure("arranged.checkpoint" "delete the file")
file(REMOVE ${out}/arranged.checkpoint)
file(WRITE ${out}/dense.safetensors "not a network")
run(${quick} --configuration arranged --output ${out})
expect_failure("dense.safetensors" "Remedy: ")
file(WRITE ${WORK_DIR}/file "in the way")
run(${quick} --configuration arranged --output ${WORK_DIR}/file)
expect_failure("lenet_mnist: .*file: is no folder that files can be written in")
if(said MATCHES "epoch")
  message(SEND_ERROR "the program has trained before it saw that its folder is none:\n${said}")
endif()
