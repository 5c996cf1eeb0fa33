# cmake -DCOMPILER=... -DSOURCE=... -DINCLUDE=... -P check.cmake
# What is checked is said at polyfold_add_compile_fail_test.

file(READ "${SOURCE}" text)
if(NOT text MATCHES "^// expect: ([^\n]+)\n")
  message(FATAL_ERROR "${SOURCE}: its first line must be '// expect: REGEX'")
endif()
set(expected "${CMAKE_MATCH_1}")
# Messages on one line each, so that the expression need not care where a compiler breaks them.
set(compile "${COMPILER}" -std=c++20 -fsyntax-only -fmessage-length=0 "-I${INCLUDE}" "${SOURCE}")

execute_process(
  COMMAND ${compile} -DPOLYFOLD_COMPILE_PASS
  RESULT_VARIABLE failed
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
if(failed)
  message(FATAL_ERROR "Without its wrong line the program must compile, but:\n${output}")
endif()

execute_process(
  COMMAND ${compile}
  RESULT_VARIABLE failed
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
if(NOT failed)
  message(FATAL_ERROR "The program compiles and must not.")
endif()
if(NOT output MATCHES "${expected}")
  message(FATAL_ERROR "The compiler must say: ${expected}\nIt says:\n${output}")
endif()
