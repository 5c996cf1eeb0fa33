# cmake [-DCHECK=ON] -P cmake/UpdateReadme.cmake
# Puts into README.md what other files hold: the first programs, and the table of the recorded run of lenet_mnist.
# With CHECK it changes nothing and fails where the README is stale.

get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
file(READ "${root}/README.md" readme)
set(before "${readme}")

# replace_between(FIRST LAST TEXT): everything from the end of FIRST to the start of the next LAST.
function(replace_between first last text)
  string(FIND "${readme}" "${first}" begin)
  if(begin EQUAL -1)
    message(FATAL_ERROR "README.md has no line '${first}'")
  endif()
  string(LENGTH "${first}" length)
  math(EXPR begin "${begin} + ${length}")
  string(SUBSTRING "${readme}" 0 ${begin} head)
  string(SUBSTRING "${readme}" ${begin} -1 tail)
  string(FIND "${tail}" "${last}" end)
  string(SUBSTRING "${tail}" ${end} -1 tail)
  set(readme "${head}${text}${tail}" PARENT_SCOPE)
endfunction()

file(READ "${root}/docs/records/lenet_mnist.md" record)
replace_between("<!-- lenet_mnist -->\n" "<!-- /lenet_mnist -->" "${record}")
file(READ "${root}/examples/first_program/main.cpp" program)
replace_between("## A first program\n\n```cpp\n" "```" "${program}")

file(READ "${root}/examples/retrain/main.cpp" program)
replace_between("From a trained network to a folded one:\n\n```cpp\n" "```" "${program}")

if(NOT readme STREQUAL before)
  if(CHECK)
    message(FATAL_ERROR "README.md is stale. Remedy: cmake -P cmake/UpdateReadme.cmake")
  endif()
  file(WRITE "${root}/README.md" "${readme}")
endif()
