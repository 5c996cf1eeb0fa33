# run(RESULT command...): what a command prints, on both channels; where it fails, that stops the script.
function(run result)
  execute_process(
    COMMAND ${ARGN}
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output
    RESULT_VARIABLE failed)
  if(failed)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(${result} "${output}" PARENT_SCOPE)
endfunction()
