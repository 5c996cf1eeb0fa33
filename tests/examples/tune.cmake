# cmake -DPROGRAM=.../tune -DWRITE_DIGITS=.../write_digits -DCOMPILER=... "-DINCLUDE=folder;..."
#       -DCHECK=.../check_tuned.cpp -DWORK_DIR=... -P tune.cmake
# Tunes LeNet-5 on tiny data, compiles the type that comes out, and runs tune in every way that must fail.

include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
unset(ENV{POLYFOLD_DATA_DIR})
set(data ${WORK_DIR}/data)
execute_process(COMMAND ${WRITE_DIGITS} ${data} 320 48 COMMAND_ERROR_IS_FATAL ANY)

set(quick --data ${data} --validation 80 --candidates 12 --adaptation 0 --sensitivity 64)
run(SUCCESS "exact network: 246,824 bytes, 416,520 mult.*Pareto front.*byte ratio.*constexpr auto tuned = make_lenet5.*48 test images"
    ${PROGRAM} lenet5 mnist --max-bytes 24KiB ${quick} --exact-epochs 12 --threads 2 --output out --test)
foreach(name IN ITEMS exact.safetensors tuned.safetensors tuned.hpp tuning.md front.svg)
  if(NOT EXISTS ${WORK_DIR}/out/${name})
    message(SEND_ERROR "${name} was not written")
  endif()
endforeach()

# The type: its own counts, and the weights.
list(TRANSFORM INCLUDE PREPEND "-I")
execute_process(COMMAND ${COMPILER} -std=c++20 -O1 ${INCLUDE} -I${WORK_DIR}/out ${CHECK} -o ${WORK_DIR}/check_tuned
                        COMMAND_ERROR_IS_FATAL ANY)
run(SUCCESS "largest difference" ${WORK_DIR}/check_tuned ${WORK_DIR}/out/tuned.safetensors)

# The weights of that run, another number of threads: the same network.
set(weights --weights ${WORK_DIR}/out/exact.safetensors)
run(SUCCESS "Pareto front" ${PROGRAM} lenet5 mnist --max-bytes 24KiB ${quick} ${weights} --threads 3 --output again)
file(SHA256 ${WORK_DIR}/out/tuned.safetensors first)
file(SHA256 ${WORK_DIR}/again/tuned.safetensors second)
if(NOT first STREQUAL second)
  message(SEND_ERROR "three threads find another network than two")
endif()
run(SUCCESS "Pareto front" ${PROGRAM} lenet5 mnist --max-drop 100 --refinements 0 --shrink 0.1 ${quick} ${weights}
    --minimise multiplications --output drop)
# In bytes: the header refuses to compile where the counts are not those of the type.
run(SUCCESS "Pareto front.*exact .* 61,706 +61,716" ${PROGRAM} lenet5 mnist --max-bytes 8KiB --bits 8 ${quick} ${weights}
    --output bytes)
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only ${INCLUDE} -include ${WORK_DIR}/bytes/tuned.hpp -x c++ /dev/null
                        COMMAND_ERROR_IS_FATAL ANY)

run(FAILURE "--mean.*--deviation" ${PROGRAM} lenet5 mnist ${quick} ${weights} --max-bytes 8KiB --mean 0.1307)
run(FAILURE "2 means and 1 deviations" ${PROGRAM} lenet5 mnist ${quick} ${weights} --max-bytes 8KiB --mean 0.1,0.2
    --deviation 1)
run(FAILURE "Exactly 1 option from .--max-drop" ${PROGRAM} lenet5 mnist ${quick} ${weights})
run(FAILURE "Exactly 1 option from .--max-drop" ${PROGRAM} lenet5 mnist ${quick} ${weights} --max-drop 1 --max-bytes 8KiB)
run(FAILURE "--bits" ${PROGRAM} lenet5 mnist ${quick} ${weights} --max-bytes 8KiB --bits 7)
run(FAILURE "--max-drop" ${PROGRAM} lenet5 mnist ${quick} ${weights} --max-drop -1)
run(FAILURE "--max-bytes" ${PROGRAM} lenet5 mnist ${quick} ${weights} --max-bytes few)
run(FAILURE "--learning-rate" ${PROGRAM} lenet5 mnist --max-drop 1 --learning-rate 0)
run(FAILURE "^.?tune: training options: learning_rate is nan" ${PROGRAM} lenet5 mnist --max-drop 1 --learning-rate nan)
run(FAILURE "^.?tune: tuner: shrink" ${PROGRAM} lenet5 mnist --max-drop 1 --shrink nan)
run(FAILURE "^.?tune: tuner: a budget" ${PROGRAM} lenet5 mnist --max-drop nan)
file(WRITE ${WORK_DIR}/file "in the way")
run(FAILURE "^.?tune: file: is no folder that files can be written in" ${PROGRAM} lenet5 mnist ${quick} --max-drop 1
    --output file)
run(FAILURE "--minimise" ${PROGRAM} lenet5 mnist ${quick} ${weights} --max-bytes 8KiB --minimise bytes)
run(FAILURE "smallest network.*budget is 40" ${PROGRAM} lenet5 mnist ${quick} ${weights} --max-bytes 40)
run(FAILURE "lenet6" ${PROGRAM} lenet6 mnist --max-drop 1)
run(FAILURE "lenet5 is not tuned on 'cifar-10'; expected mnist or fashion-mnist" ${PROGRAM} lenet5 cifar-10 --max-drop 1)
run(FAILURE "pytorch.onnx: .*the graph's input .input.1. has the sizes .1, 2, 9, 7.; expected a batch of 1 x 28 x 28" ${PROGRAM} lenet5 mnist ${quick} --max-drop 1
    --weights ${CMAKE_CURRENT_LIST_DIR}/../data/import/pytorch.onnx)
run(FAILURE "nothing.npz" ${PROGRAM} lenet5 mnist ${quick} --max-drop 1 --weights nothing.npz)
run(FAILURE "tune: .*holds no MNIST" ${PROGRAM} lenet5 mnist --data ${WORK_DIR}/nowhere --max-drop 1)
run(FAILURE "validation split: 320 of 320" ${PROGRAM} lenet5 mnist --data ${data} --validation 320 --max-drop 1)
file(WRITE ${WORK_DIR}/broken.safetensors "no network")
run(FAILURE "tune: .*broken.safetensors" ${PROGRAM} lenet5 mnist ${quick} --max-drop 1 --weights broken.safetensors)
