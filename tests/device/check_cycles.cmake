# cmake -DPROGRAM=.../estimate_cycles -DWORK_DIR=... -P check_cycles.cmake
# The estimate of cycles, on a log as QEMU writes it, counted by hand.
include("${CMAKE_CURRENT_LIST_DIR}/../../cmake/Run.cmake")

file(MAKE_DIRECTORY "${WORK_DIR}")
set(log "${WORK_DIR}/cycles.log")
# The function at 100 is called twice; what is counted is executed behind the last call, before that of 300.
file(
  WRITE "${log}"
  "----------------
IN: 
0x00000100:  4770       bx       lr

Trace 0: 0x7f01 [00800408/00000100/00000110/ff020200] 
Trace 0: 0x7f01 [00800408/00000100/00000110/ff020200] 
----------------
IN: 
0x00000200:  b510       push     {r4, lr}
0x00000202:  6803       ldr      r3, [r0]
0x00000204:  6844       ldr      r4, [r0, #4]
0x00000206:  fb03 f304  mul      r3, r3, r4
0x0000020a:  d0f9       beq      #0x200

Trace 0: 0x7f02 [00800408/00000200/00000110/ff020200] 
Trace 0: 0x7f02 [00800408/00000200/00000110/ff020200] 
----------------
IN: 
0x0000020c:  fb03 0304  mla      r3, r3, r4, r0
0x00000210:  ed2d 8b04  vpush    {d8, d9}
0x00000214:  6803       ldr.w    r3, [r0]
0x00000216:  edd0 7a00  vldr     s15, [r0]
0x0000021a:  eee0 7a20  vfma.f32 s15, s0, s1
0x0000021e:  bd10       pop      {r4, pc}

Trace 0: 0x7f03 [00800408/0000020c/00000110/ff020200] 
----------------
IN: 
0x00000300:  4770       bx       lr

Trace 0: 0x7f02 [00800408/00000300/00000110/ff020200] 
")
# The first block, jumping back and then not: 3 + 2 + 1 + 1 + 1 cycles, 2 to jump; a Cortex-M0 takes 2 for the second load.
# The second one: 1 (M3: 2) + 5 + 2 + 1 + 3 + 3, and 2 to jump; a Cortex-M0, if it had these: 2 for the second load, 3 to jump.
foreach(pair IN ITEMS cortex-m4=35 cortex-m3=36 cortex-m0=39)
  string(REGEX MATCH "(.*)=(.*)" pair ${pair})
  set(expected ${CMAKE_MATCH_2})
  run(output "${PROGRAM}" ${CMAKE_MATCH_1} "${log}" 100 102 300)
  if(NOT output STREQUAL "executed: 16\ncycles: ${expected}\n")
    message(SEND_ERROR "expected ${expected} cycles of ${pair}:\n${output}")
  endif()
endforeach()
execute_process(COMMAND "${PROGRAM}" cortex-m4 "${log}" 100 102 400 RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
if(NOT failed)
  message(SEND_ERROR "the end was never reached, and the program did not say so")
endif()
