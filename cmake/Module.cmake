# elkhorn_module(NAME DOORS a.h b.h ... DEPS room ... [LIBS target ...]
#                [PLUGINS Spec] [NOT_PLUGINS file.cc ...])
#
# Makes a room: the library elkhorn_NAME from the folder's *.cc, one test program from its *_test.cc,
# one program per *_fuzz.cc (which replays its corpus in every build, and searches with libFuzzer in
# the fuzz build), and the line of the law that tools/tidy checks (gen/rooms.txt).
#
# PLUGINS T: each *.cc less NOT_PLUGINS defines `namespace elkhorn::NAME::<file> { extern constinit
# const T spec; }` and the build writes the table all() of them from the folder. No list is edited.

set(ELKHORN_ROOMS_FILE ${CMAKE_BINARY_DIR}/gen/rooms.txt)
file(WRITE ${ELKHORN_ROOMS_FILE} "")

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

# Writes gen/NAME/table.cc: the sorted array of every plug-in's spec in this folder.
function(elkhorn_plugin_table name type sources out)
  set(decls "")
  set(rows "")
  set(count 0)
  foreach(f ${sources})
    get_filename_component(p ${f} NAME_WE)
    string(APPEND decls "namespace ${p} { extern const ${type} spec; }\n")
    string(APPEND rows "    &${p}::spec,\n")
    math(EXPR count "${count} + 1")
  endforeach()
  set(file ${CMAKE_BINARY_DIR}/gen/${name}/table.cc)
  file(CONFIGURE OUTPUT ${file} @ONLY CONTENT
"// Written by the build from the files of src/${name}: do not edit.
#include \"${name}/${name}.h\"

#include <array>

namespace elkhorn::${name} {

${decls}
namespace {
constexpr std::array<const ${type}*, ${count}> table{
${rows}};
}  // namespace

std::span<const ${type}* const> all() { return table; }

}  // namespace elkhorn::${name}
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

function(elkhorn_module name)
  cmake_parse_arguments(M "" "PLUGINS" "DOORS;DEPS;LIBS;NOT_PLUGINS;TEST_DEPS" ${ARGN})
  file(APPEND ${ELKHORN_ROOMS_FILE} "${name}|${M_DEPS}|${M_DOORS}\n")
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.cc$")
  if(M_PLUGINS)
    set(plugins ${sources})
    foreach(f ${M_NOT_PLUGINS})
      list(REMOVE_ITEM plugins ${CMAKE_CURRENT_SOURCE_DIR}/${f})
    endforeach()
    elkhorn_plugin_table(${name} ${M_PLUGINS} "${plugins}" table)
    list(APPEND sources ${table})
  endif()

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
