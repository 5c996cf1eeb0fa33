# cmake -DCOMPILER=... -DSOURCE=... -DINCLUDE=... -P check.cmake
# What is checked is said at polyfold_add_compile_fail_test. What the compiler prints is what a user sees, but for colours,
# the language and the width of the terminal.

file(READ "${SOURCE}" text)
if(NOT text MATCHES "^// expect: ([^\n]+)\n")
  message(FATAL_ERROR "${SOURCE}: its first line must be '// expect: REGEX'")
endif()
set(expected "${CMAKE_MATCH_1}")
set(facts "")
if(text MATCHES "\n// facts: ([^\n]+)\n")
  set(facts "${CMAKE_MATCH_1}")
endif()
set(flags "")
if(text MATCHES "\n// flags: ([^\n]+)\n")
  separate_arguments(flags UNIX_COMMAND "${CMAKE_MATCH_1}")
endif()
set(most_lines 20)

set(ENV{LC_ALL} C)
set(compile "${COMPILER}" -std=c++20 -fsyntax-only -fmessage-length=0)
foreach(dir IN LISTS INCLUDE)
  list(APPEND compile "-I${dir}")
endforeach()
list(APPEND compile "${SOURCE}")

execute_process(
  COMMAND ${compile} -DPOLYFOLD_COMPILE_PASS
  RESULT_VARIABLE failed
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
if(failed)
  message(FATAL_ERROR "Without its wrong line the program must compile, but:\n${output}")
endif()

execute_process(
  COMMAND ${compile} ${flags}
  RESULT_VARIABLE failed
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
if(NOT failed)
  message(FATAL_ERROR "The program compiles and must not.")
endif()

# How often `text` stands in the output.
function(count text result)
  string(REPLACE "${text}" "" without "${output}")
  string(LENGTH "${output}" all)
  string(LENGTH "${without}" rest)
  string(LENGTH "${text}" one)
  math(EXPR times "(${all} - ${rest}) / ${one}")
  set(${result} ${times} PARENT_SCOPE)
endfunction()
count("error:" errors)
count("\n" lines)

string(FIND "${output}" "error:" at)
string(SUBSTRING "${output}" ${at} -1 first_error)
string(FIND "${first_error}" "\n" at)
string(SUBSTRING "${first_error}" 0 ${at} first_error)

set(wrong "")
if(NOT first_error MATCHES "${expected}")
  string(APPEND wrong "The line of the first error must say: ${expected}\n")
endif()
if(facts AND NOT output MATCHES "${facts}")
  string(APPEND wrong "The message must have: ${facts}\n")
endif()
if(NOT errors EQUAL 1)
  string(APPEND wrong "There must be one error, not ${errors}.\n")
endif()
if(lines GREATER most_lines)
  string(APPEND wrong "The message must have ${most_lines} lines at most, not ${lines}.\n")
endif()
if(wrong)
  message(FATAL_ERROR "${wrong}${COMPILER} says:\n${output}")
endif()
