# cmake -DNM=arm-none-eabi-nm -DPROGRAM=... -P check_symbols.cmake
# A program of a network in integers has no floating-point arithmetic, no products and quotients of 64 bits, and no heap.

execute_process(COMMAND "${NM}" "${PROGRAM}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
foreach(name IN ITEMS reset_handler main)
  if(NOT symbols MATCHES "[tT] ${name}\n")
    message(FATAL_ERROR "${PROGRAM} has no ${name}: is it the firmware?")
  endif()
endforeach()
string(REGEX MATCHALL "[^ \n]+\n" wrong "${symbols}")
list(TRANSFORM wrong STRIP)
list(FILTER wrong INCLUDE REGEX
     "^(__aeabi_([fdl]|ul|[a-z]+2[fd]).*|__[a-z]+[sd]f[0-9]*|__[a-z]+di[0-9]*|malloc|_malloc_r|_sbrk|_Zn[wa][a-z]*)$")
# These shift and compare, and cost next to nothing; the last one stands in for a division by zero of any length.
list(FILTER wrong EXCLUDE REGEX "^__aeabi_(llsl|llsr|lasr|lcmp|ulcmp|ldiv0)$")
if(wrong)
  list(JOIN wrong "\n  " wrong)
  message(FATAL_ERROR "${PROGRAM} holds what integers do not need:\n  ${wrong}")
endif()
