# A test of CTest for each row, named <prefix>/<suite>, that runs all its checks (or those that match a
# pattern of CHECKS) in one program: to start one takes longer than most
# checks. What becomes of each check is written to test_results/<prefix>/<suite>.xml.
#   handoff_add_row_tests(conformance_pipe PREFIX pipe HEADERS fifo shared_ring CHECKS *in_order*)
function(handoff_add_row_tests target)
  cmake_parse_arguments(ROWS "" "PREFIX" "HEADERS;CHECKS" ${ARGN})
  string(REGEX REPLACE "^.*/" "" family ${ROWS_PREFIX})
  if(NOT ROWS_CHECKS)
    set(ROWS_CHECKS *)
  endif()
  set(of_rows "")
  foreach(header IN LISTS ROWS_HEADERS)
    foreach(suite IN LISTS HANDOFF_SUITES_${family}_${header})
      list(TRANSFORM ROWS_CHECKS PREPEND ${suite}. OUTPUT_VARIABLE checks)
      handoff_add_filtered_test(${target} ${ROWS_PREFIX}/${suite} "${checks}" "")
      list(APPEND of_rows ${suite}.*)
    endforeach()
  endforeach()
  set(HANDOFF_OF_ROWS ${of_rows} PARENT_SCOPE)
endfunction()

# The checks of an executable that match a pattern of `wanted` and none of `unwanted`, as one test.
function(handoff_add_filtered_test target name wanted unwanted)
  list(JOIN wanted ":" wanted)
  list(JOIN unwanted ":" unwanted)
  add_test(NAME ${name}
           COMMAND ${target} --gtest_filter=${wanted}-${unwanted}
                   --gtest_output=xml:${CMAKE_BINARY_DIR}/test_results/${name}.xml)
  set_tests_properties(${name} PROPERTIES TIMEOUT 900)
  # The kernel gives a user too few of them for two rows at once.
  if(name MATCHES "posix_message_queue")
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK posix_message_queues)
  endif()
endfunction()
