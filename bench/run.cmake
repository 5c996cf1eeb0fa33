# Runs every benchmark program and gathers what they measured; see CMakeLists.txt for the variables. Repetitions of all
# engines and works come in random order, so that a machine with other work hits all alike.
#
# POLYFOLD_BENCH_FILTER in the environment picks benchmarks by a regular expression and leaves out compiling and training.

set(filter "$ENV{POLYFOLD_BENCH_FILTER}")
if(filter STREQUAL "")
  set(all ON)
  set(filter ".")
else()
  set(all OFF)
endif()
# A run of some benchmarks can't become the recorded one.
if(all)
  set(record ${OUTPUT}/performance.json)
else()
  set(record ${OUTPUT}/performance_filtered.json)
endif()
set(outputs ${OUTPUT}/machine.json)

set(processor "")
if(EXISTS /proc/cpuinfo)
  file(STRINGS /proc/cpuinfo processor REGEX "^model name" LIMIT_COUNT 1)
  string(REGEX REPLACE "^[^:]*: *" "" processor "${processor}")
endif()
file(WRITE ${OUTPUT}/machine.json "{\"machine\": {\"processor\": \"${processor}\", \"compiler\": \"${COMPILER_NAME}\"}}\n")

function(run_benchmark program repetitions seconds)
  cmake_path(GET program FILENAME name)
  message(STATUS "${name}")
  set(output ${OUTPUT}/${name}.json)
  execute_process(
    COMMAND ${program} --benchmark_filter=${filter} --benchmark_repetitions=${repetitions}
            --benchmark_min_time=${seconds} --benchmark_enable_random_interleaving=true
            --benchmark_out=${output} --benchmark_out_format=json
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(SIZE ${output} size)
  if(size GREATER 0)
    set(outputs ${outputs} ${output} PARENT_SCOPE)
  endif()
endfunction()
run_benchmark(${PEAK} 9 0.1)
run_benchmark(${KERNELS} 5 0.02)
run_benchmark(${COMPARE} 9 0.05)

if(all)
  message(STATUS "compiling")
  execute_process(COMMAND ${MEASURE} ${OUTPUT}/compile.json 3 ${COMPILE_PROGRAMS} -- ${COMPILERS} -- ${COMPILE_FLAGS}
                  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  list(APPEND outputs ${OUTPUT}/compile.json)
endif()

# Training: one epoch each in turn, three times. PyTorch's second thread can cost more than it brings: both are run.
if(all)
  set(result ${OUTPUT}/mnist_folder.txt)
  execute_process(COMMAND ${CMAKE_COMMAND} -DDATASET=mnist -DRESULT_FILE=${result} -P ${FETCH} COMMAND_ERROR_IS_FATAL ANY)
  file(STRINGS ${result} folder LIMIT_COUNT 1)
  set(trainers "polyfold, 2 threads")
  set(command_0 ${TRAINING} ${folder} 2 64)
  if(PYTHON)
    list(APPEND trainers "PyTorch, 2 threads" "PyTorch, 1 thread")
    # Its matrix library's threads would come on top of its own.
    set(python ${CMAKE_COMMAND} -E env OPENBLAS_NUM_THREADS=1 ${PYTHON} ${PYTORCH})
    set(command_1 ${python} ${folder} 2 64)
    set(command_2 ${python} ${folder} 1 64)
  endif()
  list(LENGTH trainers count)
  math(EXPR last "${count} - 1")
  foreach(round RANGE 1 3)
    foreach(i RANGE ${last})
      list(GET trainers ${i} name)
      message(STATUS "training, ${name}")
      execute_process(COMMAND ${command_${i}} OUTPUT_VARIABLE words COMMAND_ERROR_IS_FATAL ANY)
      string(REGEX MATCH "^[0-9.]+" seconds "${words}")
      list(APPEND seconds_${i} ${seconds})
    endforeach()
  endforeach()
  set(entries "")
  foreach(i RANGE ${last})
    list(GET trainers ${i} name)
    list(JOIN seconds_${i} ", " seconds)
    list(APPEND entries "{\"engine\": \"${name}\", \"seconds\": [${seconds}]}")
  endforeach()
  list(JOIN entries ", " entries)
  file(WRITE ${OUTPUT}/training.json "{\"training\": [${entries}]}\n")
  list(APPEND outputs ${OUTPUT}/training.json)
endif()

execute_process(COMMAND ${REPORT} record ${record} ${outputs} COMMAND_ERROR_IS_FATAL ANY)
message(STATUS "The record is ${record}")
