# cmake -DPROGRAM=.../tiny_runs -DWRITE_RESULTS=.../write_results -DWRITE_DIGITS=.../write_digits -DCOMPILER=...
#       "-DINCLUDE=folder;..." -DCHECK=.../check_exported.cpp -DWORK_DIR=... -P recorded_runs.cmake
# Trains, records and measures a study of tiny networks, interrupts it, and runs the programs in every way that must fail.

include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
unset(ENV{POLYFOLD_DATA_DIR})
set(data ${WORK_DIR}/data)
execute_process(COMMAND ${WRITE_DIGITS} ${data} 320 200 COMMAND_ERROR_IS_FATAL ANY)
set(names dense folded bytes rounded arranged thin)  # those that are trained
set(runs ${PROGRAM} recorded_runs)
set(test ${runs} test tiny --data ${data})
set(validate ${runs} validate tiny --data ${data})
set(remeasure ${PROGRAM} remeasure)

# expect_same(FILE OTHER), expect_there(FILE...), expect_missing(FILE...): what the programs have left.
function(expect_same file other)
  file(SHA256 ${WORK_DIR}/${file} first)
  file(SHA256 ${WORK_DIR}/${other} second)
  if(NOT first STREQUAL second)
    message(SEND_ERROR "${file} and ${other} differ")
  endif()
endfunction()
function(expect_there)
  foreach(file IN LISTS ARGN)
    if(NOT EXISTS ${WORK_DIR}/${file})
      message(SEND_ERROR "${file} was not written")
    endif()
  endforeach()
endfunction()
function(expect_missing)
  foreach(file IN LISTS ARGN)
    if(EXISTS ${WORK_DIR}/${file})
      message(SEND_ERROR "${file} is there")
    endif()
  endforeach()
endfunction()

# change_record(FILE NAME VALUE): as if the run had said so.
function(change_record file name value)
  file(READ ${WORK_DIR}/${file} text)
  string(JSON text SET "${text}" ${name} ${value})
  file(WRITE ${WORK_DIR}/${file} "${text}")
endfunction()

# Records of the test images and the networks beside them.
run(SUCCESS "tiny .mnist.: dense folded bytes rounded arranged thin integers" ${runs} list)
run(SUCCESS "dense +epoch +4/4.*tiny dense, seed 1: test .*folded +epoch +4/4.*tiny folded, seed 1: test .*drop.*tiny bytes, seed 1.*tiny rounded, seed 1.*tiny arranged, seed 1.*tiny thin, seed 1.*tiny integers, seed 1"
    ${test} --threads 2)
expect_there(records/tiny/folded_seed1.safetensors records/tiny/bytes_seed1.safetensors
             records/tiny/rounded_seed1.safetensors records/tiny/integers_seed1.safetensors
             records/tiny/integers_seed1.json work/tiny/integers_seed1.safetensors work/tiny/integers_seed1.hpp)
expect_missing(records/tiny/dense_seed1.safetensors records/tiny/thin_seed1.safetensors)
foreach(name IN LISTS names)
  expect_there(records/tiny/${name}_seed1.json work/tiny/${name}_seed1.safetensors)
  expect_missing(work/tiny/${name}_seed1.checkpoint)
endforeach()

# The networks as headers: they compile for a device, and have numbers in them.
list(TRANSFORM INCLUDE PREPEND "-I")
foreach(name IN ITEMS folded bytes arranged)
  set(check ${WORK_DIR}/check_${name})
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -O1 -fno-exceptions -fno-rtti ${INCLUDE} -include ${WORK_DIR}/work/tiny/${name}_seed1.hpp
            ${CHECK} -o ${check} COMMAND_ERROR_IS_FATAL ANY)
  run(SUCCESS "^(-?[0-9.e-]+ )+$" ${check})
endforeach()

file(READ ${WORK_DIR}/records/tiny/dense_seed1.json record)
string(JSON dense_correct GET "${record}" correct)
if(dense_correct LESS 100)
  message(SEND_ERROR "the dense network has learned nothing: ${dense_correct} of 200 images are right")
endif()

# Again: nothing is trained.
file(COPY ${WORK_DIR}/records DESTINATION ${WORK_DIR}/before)
set(recorded "")
foreach(name IN LISTS names)
  string(APPEND recorded "tiny ${name}, seed 1: recorded already, [0-9.]+ %\n")
endforeach()
string(APPEND recorded "tiny integers, seed 1: recorded already, [0-9.]+ %\n")
run(SUCCESS "^${recorded}$" ${test} --threads 2)
foreach(name IN LISTS names)
  expect_same(records/tiny/${name}_seed1.json before/records/tiny/${name}_seed1.json)
endforeach()

# Another seed is another run; one configuration alone.
run(SUCCESS "^dense +epoch[^\n]*\n.*tiny dense, seed 2: test" ${test} --seeds 1,2 --configuration dense --work other
    --records other)
expect_missing(other/tiny/folded_seed1.json)

# Interrupted in the third epoch, with another number of threads: the same networks.
set(cut --data ${data} --work cut --records cut_records --threads 1)
foreach(name IN LISTS names)
  run(FAILURE "${name} +epoch +2/4[^\n]*\n$" ${PROGRAM} interrupted_runs test tiny ${cut} --configuration ${name})
  expect_missing(cut_records/tiny/${name}_seed1.json)
  run(SUCCESS "^${name}: goes on after epoch 2 of an interrupted run\n${name} +epoch +3/4" ${runs} test tiny ${cut}
      --configuration ${name})
  expect_same(cut/tiny/${name}_seed1.safetensors work/tiny/${name}_seed1.safetensors)
  expect_missing(cut/tiny/${name}_seed1.checkpoint)
endforeach()
expect_same(cut_records/tiny/bytes_seed1.safetensors records/tiny/bytes_seed1.safetensors)

run(SUCCESS "^tiny integers, seed 1: test" ${runs} test tiny ${cut} --configuration integers)
expect_same(cut/tiny/integers_seed1.safetensors work/tiny/integers_seed1.safetensors)

# Interrupted after the last epoch, by a folder that is in the network's way: the same networks.
set(late --data ${data} --work late --records late_records)
foreach(name IN LISTS names)
  set(file late/tiny/${name}_seed1.safetensors)
  file(MAKE_DIRECTORY ${WORK_DIR}/${file})
  run(FAILURE "${name} +epoch +4/4.*${file}" ${runs} test tiny ${late} --configuration ${name})
  file(REMOVE_RECURSE ${WORK_DIR}/${file})
  run(SUCCESS "^${name}: goes on after epoch [34] of" ${runs} test tiny ${late} --configuration ${name})
  expect_same(${file} work/tiny/${name}_seed1.safetensors)
endforeach()

# Test images are measured once: other settings and other data are refused, and for choices there are validation images.
run(FAILURE "dense_seed1.json: is the record of another run.*Remedy: test images are measured once" ${test}
    --configuration dense --weights ${WORK_DIR}/work/tiny/dense_seed1.safetensors)
run(FAILURE "pytorch.onnx: .*differences" ${runs} test tiny --data ${data} --work imported --records imported
    --weights ${CMAKE_CURRENT_LIST_DIR}/../data/import/pytorch.onnx)
execute_process(COMMAND ${WRITE_DIGITS} ${WORK_DIR}/other_data 300 200 COMMAND_ERROR_IS_FATAL ANY)
run(FAILURE "dense_seed1.json: is the record of another run" ${runs} test tiny --data ${WORK_DIR}/other_data)
foreach(setting IN ITEMS --epochs=2 --learning-rate=0.1 --distillation=0.5)
  run(FAILURE "are for the task validate" ${test} ${setting})
endforeach()
run(SUCCESS "tiny folded, seed 1: validation .*drop" ${validate} --configuration dense,folded)
run(SUCCESS "tiny folded, seed 1: recorded already" ${validate} --configuration folded)
run(SUCCESS "folded +epoch +2/2.*tiny folded_epochs2_rate0.01_distillation0.5, seed 1: validation " ${validate}
    --configuration folded --epochs 2 --learning-rate 0.01 --distillation 0.5)
expect_there(records/tiny/validation/folded_epochs2_rate0.01_distillation0.5_seed1.json)
run(SUCCESS "^tiny folded, seed 1: recorded already[^\n]*\n$" ${validate} --configuration folded)
expect_there(records/tiny/validation/folded_seed1.json)
expect_missing(records/tiny/validation/folded_seed1.safetensors)

# What is not there, or damaged.
run(FAILURE "name a study" ${runs} test --data ${data})
run(FAILURE "study.*huge" ${runs} test huge --data ${data})
run(FAILURE "^tiny has no configuration 'huge'" ${test} --configuration dense,huge --work early --records early)
expect_missing(early)
file(WRITE ${WORK_DIR}/file "in the way")
foreach(folder IN ITEMS work records)
  run(FAILURE "^file: is no folder that files can be written in.*Remedy: " ${test} --${folder} file)
endforeach()
foreach(rate IN ITEMS 0 -0.01 nan inf)
  run(FAILURE "^training options: learning_rate is ${rate}; expected a finite number above 0" ${validate} --learning-rate ${rate}
      --work early --records early)
endforeach()
run(FAILURE "^training options: weight of the distillation is nan" ${validate} --distillation nan)
run(FAILURE "the loss is not finite in epoch 1 of .*the training has diverged. Remedy: a learning_rate below 1e.30" ${validate}
    --configuration folded --learning-rate 1e30)
run(FAILURE "--distillation" ${validate} --distillation 1.5)
run(FAILURE "--epochs" ${validate} --epochs 0)
run(FAILURE "--threads" ${validate} --threads 0)
expect_missing(early)
run(FAILURE "holds no MNIST" ${runs} test tiny --data ${WORK_DIR}/nowhere)
run(FAILURE "dense_seed1.safetensors: is not there; expected the network of configuration 'dense'. Remedy: " ${test}
    --configuration folded --work empty --records empty)
run(FAILURE "^empty/tiny/dense_seed1.json: is not there; expected the record of configuration 'dense'. Remedy: " ${test}
    --configuration thin --work empty --records empty)
# Before a configuration or a seed that could run has trained.
run(FAILURE "^no_folded/tiny/folded_seed1.safetensors: is not there; expected the network of configuration 'folded'. Remedy: "
    ${test} --configuration dense,bytes --work no_folded --records no_folded)
run(FAILURE "^work/tiny/dense_seed2.safetensors: is not there" ${test} --configuration folded --seeds 1,2)
expect_missing(no_folded/tiny)
file(WRITE ${WORK_DIR}/no_folded/tiny/dense_seed1.json "{")
run(FAILURE "dense_seed1.json: is no record: .*expected the record of a run" ${test} --configuration dense --work no_folded
    --records no_folded)
file(WRITE ${WORK_DIR}/no_folded/tiny/dense_seed1.json "{\"study\": \"tiny\"}")
run(FAILURE "dense_seed1.json: is no record: .*expected the record of a run" ${test} --configuration dense --work no_folded
    --records no_folded)
file(WRITE ${WORK_DIR}/no_folded/tiny/dense_seed1.safetensors "no network")
run(FAILURE "dense_seed1.safetensors: " ${test} --configuration folded --work no_folded --records no_folded)
file(WRITE ${WORK_DIR}/no_folded/tiny/thin_seed1.checkpoint "no checkpoint")
run(FAILURE "thin_seed1.checkpoint: .*delete the file" ${test} --configuration thin --work no_folded --records no_folded)

# The recorded networks, measured again.
set(all "tiny arranged, seed 1: recorded [0-9.]+ %, measured [0-9.]+ %\ntiny bytes, seed 1: recorded [0-9.]+ %, measured [0-9.]+ %\ntiny folded, seed 1: recorded [0-9.]+ %, measured")
run(SUCCESS "${all}" ${remeasure} records --data ${data} --threads 2)
run(SUCCESS "tiny is not measured: .*nowhere.*holds no MNIST.*tiny bytes, seed 1: recorded [0-9.]+ %, loaded" ${remeasure}
    records --data nowhere)
run(FAILURE "holds no recorded networks" ${remeasure} before --data ${data})
run(FAILURE "huge" ${remeasure} records --data ${data} --study huge)
execute_process(COMMAND ${WRITE_DIGITS} ${WORK_DIR}/few_data 320 48 COMMAND_ERROR_IS_FATAL ANY)
run(FAILURE "bytes_seed1.json: the network has [0-9]+ of 48 images right; expected [0-9]+ of 200.*5 of 5 networks" ${remeasure}
    records --data ${WORK_DIR}/few_data)
file(COPY ${WORK_DIR}/records/tiny DESTINATION ${WORK_DIR}/changed)
change_record(changed/tiny/folded_seed1.json correct 3)
run(FAILURE "${all}.*folded_seed1.json: the network has [0-9]+ of 200 images right; expected 3 of 200.*1 of 5 networks"
    ${remeasure} changed --data ${data})
file(WRITE ${WORK_DIR}/changed/tiny/folded_seed1.json "{")
file(WRITE ${WORK_DIR}/changed/tiny/bytes_seed1.safetensors "no network")
file(COPY_FILE ${WORK_DIR}/work/tiny/dense_seed1.safetensors ${WORK_DIR}/changed/tiny/dense_seed1.safetensors)
run(FAILURE "bytes_seed1.safetensors: .*dense_seed1.safetensors: holds a network of no type known here.*folded_seed1.json: is no record.*3 of 6"
    ${remeasure} changed --data ${data})
file(RENAME ${WORK_DIR}/changed/tiny ${WORK_DIR}/changed/huge)
run(FAILURE "huge: is the folder of no study" ${remeasure} changed --data ${data})

# The costs in records are those of the networks' types.
set(costs ${remeasure} records --costs)
run(SUCCESS "^$" ${costs})
run(SUCCESS "^$" ${costs} --update)
run(FAILURE "holds no records" ${remeasure} before --costs)
foreach(path IN ITEMS tiny/folded_seed1 tiny/validation/folded_epochs2_rate0.01_distillation0.5_seed1)
  set(record records/${path}.json)
  file(COPY_FILE ${WORK_DIR}/${record} ${WORK_DIR}/right.json)
  file(READ ${WORK_DIR}/${record} text)
  string(REGEX MATCH "\"multiplications\": ([0-9]+)" right "${text}")
  set(multiplications ${CMAKE_MATCH_1})
  string(REPLACE "${right}" "\"multiplications\": 7" text "${text}")
  file(WRITE ${WORK_DIR}/${record} "${text}")
  run(FAILURE "^${record}: has multiplications 7; expected multiplications ${multiplications}, as counted now. Remedy: remeasure --costs --update.\n1 of 10 records do not have the costs of their networks.\n$"
      ${costs})
  run(FAILURE "multiplications 7.*recorded [0-9.]+ %, loaded.*1 of 10 records" ${remeasure} records --data nowhere)
  run(SUCCESS "^${record}: multiplications ${multiplications}\n$" ${costs} --update)
  expect_same(${record} right.json)
endforeach()
file(COPY_FILE ${WORK_DIR}/records/tiny/thin_seed1.json ${WORK_DIR}/right.json)
file(READ ${WORK_DIR}/right.json text)
string(REGEX REPLACE "\"stored_numbers\": [0-9]+" "\"stored_numbers\": 7" other "${text}")
file(WRITE ${WORK_DIR}/records/tiny/thin_seed1.json "${other}")
foreach(update IN ITEMS "" --update)
  run(FAILURE "thin_seed1.json: is of another network than its configuration has now, with stored_numbers 7; expected stored_numbers [0-9]+.*1 of 10"
      ${costs} ${update})
endforeach()
string(REPLACE "\"configuration\": \"thin\"" "\"configuration\": \"thin_er\"" other "${text}")
file(WRITE ${WORK_DIR}/records/tiny/thin_seed1.json "${other}")
run(FAILURE "thin_seed1.json: is the record of tiny thin_er; expected a configuration known here" ${costs} --update)
file(COPY_FILE ${WORK_DIR}/right.json ${WORK_DIR}/records/tiny/thin_seed1.json)

# The page of results.
file(WRITE ${WORK_DIR}/records/about.md "# Results\n")
run(FAILURE "about.md: is not there" ${WRITE_RESULTS} records page.md)
file(WRITE ${WORK_DIR}/records/tiny/about.md "## Tiny networks\n")
run(FAILURE "page.md: is not what the records say.*Remedy: " ${WRITE_RESULTS} records page.md --check)
expect_missing(page.md)
run(SUCCESS "^$" ${WRITE_RESULTS} records page.md)
run(SUCCESS "^$" ${WRITE_RESULTS} records page.md --check)
file(READ ${WORK_DIR}/page.md page)
foreach(regex IN ITEMS "# Results\n\n## Tiny networks\n\nTrained on 320 images of mnist, measured on 200 test images"
                       "\n\\| dense +\\|.*\\| folded +\\|.*\\| bytes +\\|.*\\| thin +\\|"
                       "Trained on 240 images of mnist, measured on 80 validation images")
  if(NOT page MATCHES "${regex}")
    message(SEND_ERROR "page.md lacks '${regex}':\n${page}")
  endif()
endforeach()
file(WRITE ${WORK_DIR}/readme.md "# Tiny\n")
run(FAILURE "readme.md: has no place for the results" ${WRITE_RESULTS} records page.md --overview readme.md)
file(WRITE ${WORK_DIR}/readme.md "# Tiny\n<!-- results -->\nold\n<!-- /results -->\nend\n")
run(FAILURE "readme.md: is not what the records say" ${WRITE_RESULTS} records page.md --overview readme.md --check)
run(SUCCESS "^$" ${WRITE_RESULTS} records page.md --overview readme.md)
run(SUCCESS "^$" ${WRITE_RESULTS} records page.md --overview readme.md --check)
file(READ ${WORK_DIR}/readme.md readme)
if(NOT readme MATCHES "^# Tiny\n<!-- results -->\n\\|[^\n]*\n\\|[^\n]*\n\\| Tiny networks +\\|[^\n]*\n<!-- /results -->\nend\n$")
  message(SEND_ERROR "readme.md lacks the overview:\n${readme}")
endif()
change_record(records/tiny/thin_seed1.json correct 1)
run(FAILURE "page.md: is not what the records say" ${WRITE_RESULTS} records page.md --check)
file(WRITE ${WORK_DIR}/records/tiny/thin_seed1.json "no record")
run(FAILURE "thin_seed1.json: is no record" ${WRITE_RESULTS} records page.md --check)
