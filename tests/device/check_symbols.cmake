# cmake -DNM=arm-none-eabi-nm -DPROGRAM=... -P check_symbols.cmake
# A program of a network in integers has no floating-point arithmetic, no products and quotients of 64 bits, and no heap.

execute_process(COMMAND "${NM}" "${PROGRAM}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
foreach(name IN ITEMS reset_handler main)
  if(NOT symbols MATCHES "[tT] ${name}\n")
    message(FATAL_ERROR "${PROGRAM} has no ${name}: is it the firmware?")
  endif()
endforeach()
string(REGEX MATCHALL "[^ \n]*(__aeabi_[fdl][a-z0-9]*|__aeabi_[iu]+2[fd]|__aeabi_u?ldivmod|__[a-z]*[sd]f[23]|__[a-z]*di3|malloc|_sbrk|_Zn[wa])[^\n]*" wrong
       "${symbols}")
# These shift and compare, and cost next to nothing.
list(FILTER wrong EXCLUDE REGEX "__aeabi_(l(lsl|lsr|asr|cmp)|ulcmp)")
if(wrong)
  list(JOIN wrong "\n  " wrong)
  message(FATAL_ERROR "${PROGRAM} holds what integers do not need:\n  ${wrong}")
endif()
