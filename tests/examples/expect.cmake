# run(SUCCESS|FAILURE REGEX program argument...): the program, in ${WORK_DIR}, ends so and says what matches.
function(run ending regex)
  execute_process(
    COMMAND ${ARGN}
    WORKING_DIRECTORY ${WORK_DIR}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE said
    ERROR_VARIABLE said)
  if(ending STREQUAL "SUCCESS")
    set(right_end "^0$")
  else()
    set(right_end "^([1-9]|[1-9][0-9]|1[01][0-9]|12[0-7])$")  # no signal
  endif()
  if(NOT result MATCHES "${right_end}" OR NOT said MATCHES "${regex}")
    message(SEND_ERROR "${ARGN}\nended with '${result}' and said:\n${said}\nexpected: ${ending}, '${regex}'")
  endif()
endfunction()
