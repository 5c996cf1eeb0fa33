# cmake [-DCHECK=ON] -P cmake/UpdateReadme.cmake
# Puts into README.md what other files hold: the first programs, and the table of the recorded run of lenet_mnist.
# With CHECK it changes nothing and fails where the README is stale.

include("${CMAKE_CURRENT_LIST_DIR}/ReplaceBetween.cmake")
get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
file(READ "${root}/README.md" readme)
set(before "${readme}")

file(READ "${root}/docs/records/lenet_mnist.md" record)
replace_between(readme "<!-- lenet_mnist -->\n" "<!-- /lenet_mnist -->" "${record}")
file(READ "${root}/examples/first_program/main.cpp" program)
replace_between(readme "## A first program\n\n```cpp\n" "```" "${program}")

file(READ "${root}/examples/retrain/main.cpp" program)
replace_between(readme "From a trained network to a folded one:\n\n```cpp\n" "```" "${program}")

if(NOT readme STREQUAL before)
  if(CHECK)
    message(FATAL_ERROR "README.md is stale. Remedy: cmake -P cmake/UpdateReadme.cmake")
  endif()
  file(WRITE "${root}/README.md" "${readme}")
endif()
