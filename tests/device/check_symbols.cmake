# cmake -DNM=arm-none-eabi-nm -DOBJDUMP=arm-none-eabi-objdump "-DPROGRAMS=..." -P check_symbols.cmake
# A program of networks in integers has no floating-point arithmetic, no products and quotients of 64 bits, and no heap: neither
# functions that stand for them nor, where the core has them, instructions.
include("${CMAKE_CURRENT_LIST_DIR}/../../cmake/Run.cmake")

foreach(program IN LISTS PROGRAMS)
  run(symbols "${NM}" "${program}")
  foreach(name IN ITEMS reset_handler main)
    if(NOT symbols MATCHES "[tT] ${name}\n")
      message(FATAL_ERROR "${program} has no ${name}: is it the firmware?")
    endif()
  endforeach()
  string(REGEX MATCHALL "[^ \n]+\n" wrong "${symbols}")
  list(TRANSFORM wrong STRIP)
  list(FILTER wrong INCLUDE REGEX
       "^(__aeabi_([fdl]|ul|[a-z]+2[fd]).*|__[a-z]+[sd]f[0-9]*|__[a-z]+di[0-9]*|malloc|_malloc_r|_sbrk|_Zn[wa][a-z]*)$")
  # These shift and compare, and cost next to nothing; the last one stands in for a division by zero of any length.
  list(FILTER wrong EXCLUDE REGEX "^__aeabi_(llsl|llsr|lasr|lcmp|ulcmp|ldiv0)$")

  run(code "${OBJDUMP}" -d "${program}")
  string(REPLACE ";" "," code "${code}")
  # The board prints numbers, and divides by 10.
  string(REGEX REPLACE "\n[0-9a-f]+ <[^>]*board[^>]*>:\n([^\n]+\n)+" "\n" code "${code}")
  string(REGEX MATCHALL
         "\t([us]mull|[us]mlal|umaal|smlald|smlsld|v[a-z]*(add|sub|mul|div|sqrt|cvt|fma|fms|mla|mls|neg|abs|cmp)[a-z]*\\.[a-z0-9.]*f[136][^\t]*)\t[^\n]*"
         instructions "${code}")
  list(APPEND wrong ${instructions})
  if(wrong)
    list(JOIN wrong "\n  " wrong)
    message(FATAL_ERROR "${program} holds what integers do not need:\n  ${wrong}")
  endif()
endforeach()
