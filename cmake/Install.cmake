# What `cmake --install` copies: the headers, the CMake package, and a pkg-config file for each target. At the top level the
# target `uninstall` takes it away again.

include(CMakePackageConfigHelpers)

install(DIRECTORY include/polyfold DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/polyfold)
install(TARGETS polyfold polyfold_simd polyfold_training polyfold_io polyfold_onnx EXPORT polyfold)
install(
  EXPORT polyfold
  NAMESPACE polyfold::
  FILE polyfoldTargets.cmake
  DESTINATION ${package_dir})
configure_package_config_file(cmake/polyfoldConfig.cmake.in ${PROJECT_BINARY_DIR}/polyfoldConfig.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/polyfoldConfigVersion.cmake COMPATIBILITY SameMinorVersion
                                                                                   ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/polyfoldConfig.cmake ${PROJECT_BINARY_DIR}/polyfoldConfigVersion.cmake
              cmake/polyfoldXsimd.cmake DESTINATION ${package_dir})

# The pkg-config files say where the headers are from where they themselves are: what is installed may be moved.
set(pkg_config_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
set(include_dir ${CMAKE_INSTALL_FULL_INCLUDEDIR})
if(NOT IS_ABSOLUTE ${pkg_config_dir} AND NOT IS_ABSOLUTE ${CMAKE_INSTALL_INCLUDEDIR})
  file(RELATIVE_PATH include_dir /${pkg_config_dir} /${CMAKE_INSTALL_INCLUDEDIR})
  string(PREPEND include_dir "\${pcfiledir}/")
endif()

# polyfold_install_pkg_config(NAME DESCRIPTION line...)
function(polyfold_install_pkg_config name description)
  list(JOIN ARGN "\n" lines)
  set(file ${PROJECT_BINARY_DIR}/${name}.pc)
  file(WRITE ${file} "Name: ${name}\nDescription: ${description}\nVersion: ${PROJECT_VERSION}\n${lines}\n")
  install(FILES ${file} DESTINATION ${pkg_config_dir})
endfunction()

polyfold_install_pkg_config(polyfold "${PROJECT_DESCRIPTION}" "Cflags: -I${include_dir}")
polyfold_install_pkg_config(polyfold-simd "polyfold on SIMD kernels" "Requires: polyfold xsimd")
polyfold_install_pkg_config(polyfold-training "Fitting and training with polyfold" "Requires: polyfold"
                            "Cflags: -pthread" "Libs: -pthread")
polyfold_install_pkg_config(polyfold-io "Files and pictures for polyfold"
                            "Requires: polyfold-training zlib libpng libjpeg libarchive nlohmann_json")
polyfold_install_pkg_config(polyfold-onnx "ONNX files for polyfold" "Requires: polyfold-io protobuf")

if(PROJECT_IS_TOP_LEVEL)
  add_custom_target(
    uninstall
    COMMAND ${CMAKE_COMMAND} -DMANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt
            "-DOWN_FOLDERS=${CMAKE_INSTALL_INCLUDEDIR}/polyfold|${package_dir}" -P
            ${PROJECT_SOURCE_DIR}/cmake/Uninstall.cmake
    VERBATIM)
endif()
