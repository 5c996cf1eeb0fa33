# The target polyfold::xsimd: the headers of xsimd, which has nothing else. Debian's target of xsimd would have every program
# link xtl, which serves complex numbers only and which its package does not bring.
if(TARGET xsimd AND NOT TARGET polyfold::xsimd)
  get_target_property(polyfold_xsimd_include_dirs xsimd INTERFACE_INCLUDE_DIRECTORIES)
  add_library(polyfold::xsimd INTERFACE IMPORTED)
  target_include_directories(polyfold::xsimd INTERFACE ${polyfold_xsimd_include_dirs})
  unset(polyfold_xsimd_include_dirs)
endif()
