# polyfold_require(NAME...) makes packages usable and says in one line each how it did:
#
#   1. found where CMake looks for packages;
#   2. else installed with apt-get, all missing ones in one go, if POLYFOLD_INSTALL_DEPENDENCIES is on and this user is
#      root or may use sudo without a password;
#   3. else fetched at a pinned version with a checksum; ZLIB, PNG, JPEG, LibArchive and Protobuf are the system's or an
#      error that names the package.
#
# The library target needs none of them: they serve the tests, the examples and the benchmarks.

include_guard(GLOBAL)
include(FetchContent)

# One recipe per package: the oldest version that will do, the target to link, Debian's package, and what to fetch.
# A package fetched for its headers alone names their folder; its own build files stay unused, as they would configure
# tests and install rules that nobody here wants.
macro(polyfold_recipe name)
  cmake_parse_arguments(recipe_${name} "" "MINIMUM;TARGET;APT;FETCH_VERSION;URL;SHA256;HEADERS" "" ${ARGN})
endmacro()

polyfold_recipe(
  Eigen3
  MINIMUM 3.4
  TARGET Eigen3::Eigen
  APT libeigen3-dev
  FETCH_VERSION 3.4.0
  URL https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.bz2
  SHA256 b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626
  HEADERS .)
polyfold_recipe(
  xsimd
  MINIMUM 8.1
  TARGET xsimd
  APT libxsimd-dev
  FETCH_VERSION 13.0.0
  URL https://github.com/xtensor-stack/xsimd/archive/13.0.0.tar.gz
  SHA256 8bdbbad0c3e7afa38d88d0d484d70a1671a1d8aefff03f4223ab2eb6a41110a3
  HEADERS include)
polyfold_recipe(
  nlohmann_json
  MINIMUM 3.9
  TARGET nlohmann_json::nlohmann_json
  APT nlohmann-json3-dev
  FETCH_VERSION 3.11.3
  URL https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
  SHA256 d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d
  HEADERS include)
polyfold_recipe(
  CLI11
  MINIMUM 2.1
  TARGET CLI11::CLI11
  APT libcli11-dev
  FETCH_VERSION 2.4.2
  URL https://github.com/CLIUtils/CLI11/archive/v2.4.2.tar.gz
  SHA256 f2d893a65c3b1324c50d4e682c0cdc021dd0477ae2c048544f39eed6654b699a
  HEADERS include)
polyfold_recipe(
  Catch2
  MINIMUM 2.13
  TARGET Catch2::Catch2
  APT catch2
  FETCH_VERSION 3.6.0
  URL https://github.com/catchorg/Catch2/archive/v3.6.0.tar.gz
  SHA256 485932259a75c7c6b72d4b874242c489ea5155d17efa345eb8cc72159f49f356)
polyfold_recipe(
  benchmark
  MINIMUM 1.7
  TARGET benchmark::benchmark
  APT libbenchmark-dev
  FETCH_VERSION 1.8.2
  URL https://github.com/google/benchmark/archive/refs/tags/v1.8.2.tar.gz
  SHA256 2aab2980d0376137f969d92848fbb68216abb07633034534fc8c65cc4e7a0e93)
polyfold_recipe(
  ZLIB
  MINIMUM 1.2
  TARGET ZLIB::ZLIB
  APT zlib1g-dev)
polyfold_recipe(
  PNG
  MINIMUM 1.6
  TARGET PNG::PNG
  APT libpng-dev)
polyfold_recipe(
  JPEG
  MINIMUM 62
  TARGET JPEG::JPEG
  APT libjpeg-dev)
polyfold_recipe(
  LibArchive
  MINIMUM 3.3
  TARGET LibArchive::LibArchive
  APT libarchive-dev)
polyfold_recipe(
  Protobuf
  MINIMUM 3.12
  TARGET protobuf::libprotobuf
  APT libprotobuf-dev)
polyfold_recipe(
  Threads
  MINIMUM 0
  TARGET Threads::Threads
  APT libc6-dev)

# Sets found_NAME in the caller: what to say of the version, empty if the package is not there.
function(polyfold_find name)
  # Without a version in the call: the newer major versions, which do as well, would reject it.
  find_package(${name} QUIET)
  set(version "${${name}_VERSION}")
  if(NOT version)
    set(version "${${name}_VERSION_STRING}")
  endif()
  if(NOT ${name}_FOUND)
    set(found "")
  elseif(NOT version)
    set(found "of the system")
  elseif(version VERSION_LESS recipe_${name}_MINIMUM)
    message(FATAL_ERROR "polyfold: ${name} ${version} is too old, ${recipe_${name}_MINIMUM} or newer is needed. Set "
                        "CMAKE_PREFIX_PATH to where a newer one is, or CMAKE_DISABLE_FIND_PACKAGE_${name}=ON to have "
                        "one fetched.")
  else()
    set(found "${version}")
  endif()
  set(found_${name} "${found}" PARENT_SCOPE)
endfunction()

# Installs the Debian packages of the given names, all or none; sets installed in the caller.
function(polyfold_apt_install)
  set(installed FALSE PARENT_SCOPE)
  if(NOT POLYFOLD_INSTALL_DEPENDENCIES OR CMAKE_CROSSCOMPILING)
    return()
  endif()
  find_program(POLYFOLD_APT_GET apt-get)
  mark_as_advanced(POLYFOLD_APT_GET)
  if(NOT POLYFOLD_APT_GET)
    return()
  endif()
  execute_process(COMMAND id -u OUTPUT_VARIABLE user OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(as_root "")
  if(NOT user STREQUAL "0")
    find_program(POLYFOLD_SUDO sudo)
    mark_as_advanced(POLYFOLD_SUDO)
    if(NOT POLYFOLD_SUDO)
      return()
    endif()
    set(as_root ${POLYFOLD_SUDO} -n)
    execute_process(COMMAND ${as_root} true RESULT_VARIABLE refused OUTPUT_QUIET ERROR_QUIET)
    if(refused)
      return()
    endif()
  endif()

  set(packages "")
  foreach(name IN LISTS ARGN)
    list(APPEND packages ${recipe_${name}_APT})
  endforeach()
  list(JOIN packages " " text)
  message(STATUS "polyfold: installing ${text} with apt-get (-DPOLYFOLD_INSTALL_DEPENDENCIES=OFF prevents it)")
  # An update that fails is no reason to stop: the lists at hand may do. Another apt-get may hold the lock for a while.
  set(apt ${as_root} env DEBIAN_FRONTEND=noninteractive ${POLYFOLD_APT_GET} -o DPkg::Lock::Timeout=300)
  execute_process(COMMAND ${apt} update OUTPUT_VARIABLE update_log ERROR_VARIABLE update_log)
  execute_process(
    COMMAND ${apt} install --yes --no-install-recommends ${packages}
    RESULT_VARIABLE failed
    OUTPUT_VARIABLE install_log
    ERROR_VARIABLE install_log)
  if(failed)
    set(log "${PROJECT_BINARY_DIR}/apt-get.log")
    file(WRITE "${log}" "${update_log}\n${install_log}")
    message(STATUS "polyfold: apt-get failed, its words are in ${log}")
    return()
  endif()
  set(installed TRUE PARENT_SCOPE)
endfunction()

function(polyfold_sha256 result file)
  set(${result} "" PARENT_SCOPE)
  if(EXISTS "${file}")
    file(SHA256 "${file}" sha256)
    set(${result} "${sha256}" PARENT_SCOPE)
  endif()
endfunction()

function(polyfold_fetch name)
  set(remedy "Install it (Debian: ${recipe_${name}_APT}), or set CMAKE_PREFIX_PATH to where it is.")
  if(NOT recipe_${name}_URL)
    message(FATAL_ERROR "polyfold: ${name} is missing. ${remedy}")
  endif()

  string(TOUPPER ${name} upper_name)
  string(TOLOWER ${name} lower_name)
  get_filename_component(archive "${recipe_${name}_URL}" NAME)
  set(archive "${PROJECT_BINARY_DIR}/_deps/${lower_name}-${archive}")
  # Downloaded and checked here and not by FetchContent, whose long report of a failure would bury the remedy.
  if(NOT FETCHCONTENT_SOURCE_DIR_${upper_name})
    polyfold_sha256(found_sha256 "${archive}")
    if(NOT found_sha256 STREQUAL recipe_${name}_SHA256)
      message(STATUS "polyfold: fetching ${recipe_${name}_URL}")
      file(
        DOWNLOAD "${recipe_${name}_URL}" "${archive}"
        INACTIVITY_TIMEOUT 60
        STATUS status)
      list(POP_FRONT status failed)
      if(NOT failed)
        polyfold_sha256(found_sha256 "${archive}")
        if(NOT found_sha256 STREQUAL recipe_${name}_SHA256)
          set(failed TRUE)
          set(status "SHA256 is ${found_sha256}, not ${recipe_${name}_SHA256}")
        endif()
      endif()
      if(failed)
        file(REMOVE "${archive}")
        message(FATAL_ERROR "polyfold: ${name} is missing and could not be fetched: ${status}. ${remedy}")
      endif()
    endif()
  endif()

  set(headers_only "")
  if(recipe_${name}_HEADERS)
    # No such folder, so the sources are unpacked and none of their build files run.
    set(headers_only SOURCE_SUBDIR headers-only)
  endif()
  set(BENCHMARK_ENABLE_TESTING OFF)
  set(BENCHMARK_ENABLE_INSTALL OFF)
  FetchContent_Declare(
    ${name}
    URL "${archive}"
    URL_HASH SHA256=${recipe_${name}_SHA256}
    DOWNLOAD_EXTRACT_TIMESTAMP OFF ${headers_only})
  FetchContent_MakeAvailable(${name})

  # Either way its headers are a system's, exempt from our warnings.
  if(recipe_${name}_HEADERS)
    add_library(${recipe_${name}_TARGET} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${recipe_${name}_TARGET}
                               INTERFACE "${${lower_name}_SOURCE_DIR}/${recipe_${name}_HEADERS}")
  else()
    get_target_property(target ${recipe_${name}_TARGET} ALIASED_TARGET)
    set_property(TARGET ${target} PROPERTY SYSTEM ON)
  endif()
endfunction()

function(polyfold_require)
  set(missing "")
  foreach(name IN LISTS ARGN)
    polyfold_find(${name})
    if(found_${name})
      message(STATUS "polyfold: ${name} ${found_${name}} found")
    else()
      list(APPEND missing ${name})
    endif()
  endforeach()

  if(missing)
    polyfold_apt_install(${missing})
    if(installed)
      set(installed_names ${missing})
      set(missing "")
      foreach(name IN LISTS installed_names)
        polyfold_find(${name})
        if(found_${name})
          message(STATUS "polyfold: ${name} ${found_${name}} installed with apt-get")
        else()
          list(APPEND missing ${name})
        endif()
      endforeach()
    endif()
  endif()

  foreach(name IN LISTS missing)
    polyfold_fetch(${name})
    message(STATUS "polyfold: ${name} ${recipe_${name}_FETCH_VERSION} fetched")
  endforeach()
  # The tests of the installed package can ask for its components only where find_package finds what they need.
  set(POLYFOLD_FETCHED_DEPENDENCIES "${missing}" PARENT_SCOPE)
endfunction()
