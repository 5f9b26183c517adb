# elkhorn_module(NAME [DOORS a.h b.h ...] DEPS room ... [LIBS target ...] [TEST_DEPS room ...]
#                [INNER folder ...] [PLUGINS Spec])
#
# Makes a room: the library elkhorn_NAME from the folder's *.cc, one test program from its *_test.cc,
# one program per *_fuzz.cc (which replays its corpus in every build, and searches with libFuzzer in
# the fuzz build), and the line of the law that tools/tidy checks (DOORS, DEPS, TEST_DEPS).
#
# INNER: the room's inner rooms in the order to read them in, folders with a CMakeLists.txt of their own:
# elkhorn_module(store/log DOORS write_log.h DEPS base io store/file). Their sources, tests and fuzz targets
# become the outer room's: one library, one test program. Other rooms see the outer room's doors alone.
#
# PLUGINS T: each *.cc of this folder is a plug-in: it defines `namespace elkhorn::NAME::<file> { extern
# constinit const T spec; }`, and the build writes the table all() of them (declared in NAME/core/NAME.h).
# No list is edited; machinery stands in another folder. In an inner room T is one of those that the outer
# room has declared by
#
# elkhorn_plugins(OUTER T HEADER h NAMESPACE n LIST f), before its elkhorn_module: the plug-ins of all its
# inner rooms make one table, which `std::span<const T* const> n::f()` gives; h has the declarations.
#
# elkhorn_program(NAME PLUGINS folder ...) makes the program, with the plug-ins of more folders that are laid
# out as src is: folder/filter/mine.cc is a filter as src/filter/mine.cc would be.

function(elkhorn_precompile target)
  if(NOT ELKHORN_PCH)
    return()
  endif()
  if(NOT TARGET elkhorn_pch)
    file(WRITE ${CMAKE_BINARY_DIR}/gen/pch.cc "")
    add_library(elkhorn_pch STATIC ${CMAKE_BINARY_DIR}/gen/pch.cc)
    target_precompile_headers(elkhorn_pch PRIVATE <algorithm> <array> <atomic> <bit> <cstdint> <cstring>
      <expected> <functional> <map> <memory> <mutex> <optional> <span> <string> <string_view>
      <unordered_map> <utility> <variant> <vector> <fmt/format.h>)
    target_link_libraries(elkhorn_pch PRIVATE fmt::fmt)
  endif()
  target_precompile_headers(${target} REUSE_FROM elkhorn_pch)
endfunction()

function(elkhorn_precompile_test target)
  if(NOT ELKHORN_PCH)
    return()
  endif()
  if(NOT TARGET elkhorn_test_pch)
    file(WRITE ${CMAKE_BINARY_DIR}/gen/test_pch.cc "")
    add_library(elkhorn_test_pch STATIC ${CMAKE_BINARY_DIR}/gen/test_pch.cc)
    target_precompile_headers(elkhorn_test_pch PRIVATE <expected> <map> <memory> <optional> <string>
      <string_view> <vector> <fmt/format.h> <gtest/gtest.h>)
    target_link_libraries(elkhorn_test_pch PRIVATE fmt::fmt GTest::gtest)
  endif()
  target_precompile_headers(${target} REUSE_FROM elkhorn_test_pch)
endfunction()

function(elkhorn_plugins outer type)
  cmake_parse_arguments(P "" "HEADER;NAMESPACE;LIST" "" ${ARGN})
  set_property(GLOBAL APPEND PROPERTY elkhorn_${outer}_plugin_types ${type})
  foreach(key HEADER NAMESPACE LIST)
    set_property(GLOBAL PROPERTY elkhorn_${outer}_${type}_${key} ${P_${key}})
  endforeach()
endfunction()

# Writes gen/FOLDER/TYPE_table.cc: the sorted array of every plug-in's spec, those of more files with them.
function(elkhorn_plugin_table outer type folder out)
  foreach(key HEADER NAMESPACE LIST FILES)
    get_property(${key} GLOBAL PROPERTY elkhorn_${outer}_${type}_${key})
  endforeach()
  list(APPEND FILES ${ARGN})
  set(decls "")
  set(rows "")
  set(names "")
  foreach(f ${FILES})
    get_filename_component(p ${f} NAME_WE)
    list(APPEND names ${p})
  endforeach()
  list(SORT names)
  list(LENGTH names count)
  foreach(p ${names})
    string(APPEND decls "namespace ${p} { extern const ${type} spec; }\n")
    string(APPEND rows "    &${p}::spec,\n")
  endforeach()
  set(file ${CMAKE_BINARY_DIR}/gen/${folder}/${type}_table.cc)
  file(CONFIGURE OUTPUT ${file} @ONLY CONTENT
"// Written by the build from the files of src/${outer}: do not edit.
#include \"${HEADER}\"

#include <array>

namespace ${NAMESPACE} {

${decls}
namespace {
constexpr std::array<const ${type}*, ${count}> table{
${rows}};
}  // namespace

std::span<const ${type}* const> ${LIST}() { return table; }

}  // namespace ${NAMESPACE}
")
  set(${out} ${file} PARENT_SCOPE)
endfunction()

function(elkhorn_fuzz_target room file libs)
  get_filename_component(f ${file} NAME_WE)
  add_executable(${f} ${file})
  target_include_directories(${f} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${f} PRIVATE elkhorn_${room} ${libs})
  if(ELKHORN_FUZZ)
    target_link_options(${f} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${f} PRIVATE ${CMAKE_SOURCE_DIR}/tools/fuzz_replay.cc)
    add_test(NAME fuzz.${f} COMMAND ${f} ${CMAKE_SOURCE_DIR}/fuzz/corpus/${f})
    set_tests_properties(fuzz.${f} PROPERTIES LABELS "unit;fuzz" TIMEOUT 300)
  endif()
  set_target_properties(${f} PROPERTIES UNITY_BUILD OFF)
endfunction()

# What a folder has, kept for its outer room: sources, tests and fuzz targets, and plug-ins by type.
function(elkhorn_gather outer type)
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.cc$")
  foreach(kind sources tests fuzzers)
    set_property(GLOBAL APPEND PROPERTY elkhorn_${outer}_${kind} ${${kind}})
  endforeach()
  if(type)
    set_property(GLOBAL APPEND PROPERTY elkhorn_${outer}_${type}_FILES ${sources})
    file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR})
    set_property(GLOBAL PROPERTY elkhorn_plugins_in_${folder} ${type})
  endif()
endfunction()

function(elkhorn_module name)
  cmake_parse_arguments(M "" "PLUGINS" "DOORS;DEPS;LIBS;TEST_DEPS;INNER" ${ARGN})
  if(name MATCHES "^([a-z]+)/")
    elkhorn_gather(${CMAKE_MATCH_1} "${M_PLUGINS}")
    return()
  endif()
  if(M_PLUGINS)
    elkhorn_plugins(${name} ${M_PLUGINS} HEADER ${name}/core/${name}.h NAMESPACE elkhorn::${name} LIST all)
  endif()
  elkhorn_gather(${name} "${M_PLUGINS}")
  foreach(inner ${M_INNER})
    add_subdirectory(${inner})
  endforeach()
  foreach(kind sources tests fuzzers plugin_types)
    get_property(${kind} GLOBAL PROPERTY elkhorn_${name}_${kind})
  endforeach()
  foreach(type ${plugin_types})
    elkhorn_plugin_table(${name} ${type} ${name} table)
    list(APPEND sources ${table})
  endforeach()

  set(room_libs "")
  foreach(d ${M_DEPS})
    list(APPEND room_libs elkhorn_${d})
  endforeach()
  add_library(elkhorn_${name} STATIC ${sources})
  target_include_directories(elkhorn_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(elkhorn_${name} PUBLIC ${room_libs} fmt::fmt Threads::Threads PRIVATE ${M_LIBS})
  elkhorn_precompile(elkhorn_${name})

  if(tests)
    set(test_libs "")
    foreach(d ${M_TEST_DEPS})
      list(APPEND test_libs elkhorn_${d})
    endforeach()
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE elkhorn_${name} ${test_libs} ${M_LIBS} GTest::gtest_main)
    elkhorn_precompile_test(${name}_test)
    add_test(NAME unit.${name} COMMAND ${name}_test --gtest_brief=1)
    set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 600
      ENVIRONMENT "ELKHORN_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
  endif()
  foreach(f ${fuzzers})
    elkhorn_fuzz_target(${name} ${f} "${M_LIBS}")
  endforeach()
endfunction()

# The tables of every type that `folder` adds plug-ins to, and those plug-ins.
function(elkhorn_more_plugins program folder out)
  file(GLOB_RECURSE files RELATIVE ${folder} CONFIGURE_DEPENDS ${folder}/*.cc)
  set(sources "")
  set(tables "")
  foreach(f ${files})
    get_filename_component(room ${f} DIRECTORY)
    get_property(type GLOBAL PROPERTY elkhorn_plugins_in_${room})
    if(NOT type)
      message(FATAL_ERROR "${folder}/${f}: there are no plug-ins in src/${room}; lay the folder out as src is")
    endif()
    string(REGEX REPLACE "/.*" "" outer ${room})
    list(APPEND more_${outer}_${type} ${folder}/${f})
    list(APPEND tables ${outer}/${type})
    list(APPEND sources ${folder}/${f})
  endforeach()
  list(REMOVE_DUPLICATES tables)
  foreach(t ${tables})
    string(REPLACE "/" ";" t ${t})
    list(GET t 0 outer)
    list(GET t 1 type)
    elkhorn_plugin_table(${outer} ${type} ${program}/${outer} table ${more_${outer}_${type}})
    list(APPEND sources ${table})
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

# A table of its own stands before the one in its room's library, which the linker then has no need of.
function(elkhorn_program name)
  cmake_parse_arguments(P "" "PLUGINS" "" ${ARGN})
  set(more "")
  if(P_PLUGINS)
    elkhorn_more_plugins(${name} ${P_PLUGINS} more)
  endif()
  add_executable(${name} ${more})
  target_link_libraries(${name} PRIVATE elkhorn_main)
endfunction()
