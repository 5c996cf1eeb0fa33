# cmake "-DPROGRAMS=name=path;..." -DLIST=.../list_weights -DFILES=... -DFIRST=.../first_program -DREPORT=.../bench_report
#       -DWORK_DIR=... -P output.cmake
# A standard output that takes nothing makes a program fail and, where it has words for it, say so.

if(NOT EXISTS /dev/full)
  message("SKIPPED: this system has no /dev/full")
  return()
endif()
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})

# expect_full(REGEX program argument...): ends with 1 and says what matches; with a usual output, it ends with 0.
function(expect_full regex)
  execute_process(
    COMMAND ${ARGN}
    WORKING_DIRECTORY ${WORK_DIR}
    RESULT_VARIABLE result
    OUTPUT_QUIET ERROR_VARIABLE said)
  if(NOT result EQUAL 0)
    message(SEND_ERROR "${ARGN}\nended with '${result}' and said:\n${said}")
  endif()
  execute_process(
    COMMAND ${ARGN}
    WORKING_DIRECTORY ${WORK_DIR}
    RESULT_VARIABLE result
    OUTPUT_FILE /dev/full
    ERROR_VARIABLE said)
  if(NOT result EQUAL 1 OR NOT said MATCHES "${regex}")
    message(SEND_ERROR "${ARGN} > /dev/full\nended with '${result}' and said:\n${said}")
  endif()
endfunction()

foreach(program IN LISTS PROGRAMS)
  string(REGEX MATCH "(.*)=(.*)" pair ${program})
  expect_full("${CMAKE_MATCH_1}: the standard output .*Remedy: " ${CMAKE_MATCH_2} --help)
endforeach()
expect_full("list_weights: the standard output .*Remedy: " ${LIST} ${FILES}/pytorch.npz)
file(WRITE ${WORK_DIR}/in.json "{\"training\": []}")
expect_full("bench_report: the standard output .*Remedy: " ${REPORT} record out.json in.json)
expect_full("" ${FIRST})
