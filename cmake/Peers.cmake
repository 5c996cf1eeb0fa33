# polyfold_find_peers(): the libraries that the benchmarks compare with, each only where it is installed; says of each
# whether it is. Sets polyfold_peers to those found; the target polyfold_peer_NAME of a found one brings its headers and
# libraries.
#
#   oneDNN     Debian: libdnnl-dev       its own CMake package, and OpenMP to give it one thread
#   XNNPACK    Debian: libxnnpack-dev    header and library; its header includes that of pthreadpool (libpthreadpool-dev)
#   Eigen      Debian: libeigen3-dev     its own CMake package
#   tiny-dnn   Debian: tiny-dnn          headers; they include those of cereal (libcereal-dev), stb
#                                        (libstb-dev) and gemmlowp (libgemmlowp-dev)

include_guard(GLOBAL)

function(polyfold_add_peer name version)
  add_library(polyfold_peer_${name} INTERFACE)
  target_link_libraries(polyfold_peer_${name} INTERFACE ${ARGN})
  list(APPEND polyfold_peers ${name})
  set(polyfold_peers ${polyfold_peers} PARENT_SCOPE)
  message(STATUS "polyfold: peer ${name} ${version} found")
endfunction()

macro(polyfold_find_peers)
  set(polyfold_peers "")

  find_package(dnnl QUIET)
  find_package(OpenMP QUIET COMPONENTS CXX)
  if(dnnl_FOUND AND OpenMP_CXX_FOUND)
    polyfold_add_peer(onednn "${dnnl_VERSION}" DNNL::dnnl OpenMP::OpenMP_CXX)
  else()
    message(STATUS "polyfold: peer onednn not found (Debian: libdnnl-dev)")
  endif()

  find_path(XNNPACK_INCLUDE_DIR xnnpack.h)
  find_path(PTHREADPOOL_INCLUDE_DIR pthreadpool.h)
  find_library(XNNPACK_LIBRARY XNNPACK)
  mark_as_advanced(XNNPACK_INCLUDE_DIR PTHREADPOOL_INCLUDE_DIR XNNPACK_LIBRARY)
  if(XNNPACK_INCLUDE_DIR AND PTHREADPOOL_INCLUDE_DIR AND XNNPACK_LIBRARY)
    polyfold_add_peer(xnnpack "of the system" ${XNNPACK_LIBRARY})
    target_include_directories(polyfold_peer_xnnpack SYSTEM INTERFACE ${XNNPACK_INCLUDE_DIR} ${PTHREADPOOL_INCLUDE_DIR})
  else()
    message(STATUS "polyfold: peer xnnpack not found (Debian: libxnnpack-dev libpthreadpool-dev)")
  endif()

  find_package(Eigen3 QUIET NO_MODULE)
  if(TARGET Eigen3::Eigen)
    polyfold_add_peer(eigen "${Eigen3_VERSION}" Eigen3::Eigen)
  else()
    message(STATUS "polyfold: peer eigen not found (Debian: libeigen3-dev)")
  endif()

  find_path(TINY_DNN_INCLUDE_DIR tiny_dnn/tiny_dnn.h)
  find_path(CEREAL_INCLUDE_DIR cereal/cereal.hpp)
  find_path(STB_INCLUDE_DIR stb/stb_image_resize.h)
  find_path(GEMMLOWP_INCLUDE_DIR gemmlowp/public/gemmlowp.h)
  mark_as_advanced(TINY_DNN_INCLUDE_DIR GEMMLOWP_INCLUDE_DIR CEREAL_INCLUDE_DIR STB_INCLUDE_DIR)
  if(TINY_DNN_INCLUDE_DIR AND CEREAL_INCLUDE_DIR AND STB_INCLUDE_DIR AND GEMMLOWP_INCLUDE_DIR)
    polyfold_add_peer(tiny_dnn "of the system" Threads::Threads)
    # Debian's package looks for stb where its sources had it.
    set(stb_as_in_sources ${PROJECT_BINARY_DIR}/tiny_dnn_stb)
    foreach(header IN ITEMS stb_image.h stb_image_resize.h stb_image_write.h)
      file(CONFIGURE OUTPUT ${stb_as_in_sources}/third_party/stb/${header} CONTENT "#include <stb/${header}>\n")
    endforeach()
    target_include_directories(
      polyfold_peer_tiny_dnn SYSTEM INTERFACE ${TINY_DNN_INCLUDE_DIR} ${CEREAL_INCLUDE_DIR} ${STB_INCLUDE_DIR}
                                              ${GEMMLOWP_INCLUDE_DIR} ${stb_as_in_sources})
  else()
    message(STATUS "polyfold: peer tiny_dnn not found (Debian: tiny-dnn libcereal-dev libstb-dev libgemmlowp-dev)")
  endif()
endmacro()
