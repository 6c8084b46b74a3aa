# Turns each line of impl/catalogue.cmake into two translation units, one that registers the
# benchmarks of its rows (bench/<family>.hpp) and one that instantiates the conformance suite over
# them (tests/conformance/<family>.hpp), and writes build/catalogue.json, which names every row,
# built or not, and why not.

include(CheckIncludeFileCXX)
set(HANDOFF_FAMILIES pipe queue value file pool lock semaphore event condition barrier process manager signal)
set(HANDOFF_GENERATED ${CMAKE_BINARY_DIR}/generated)
set(HANDOFF_CATALOGUE_JSON "")

# The C++ of one row: a struct whose member `type` is the implementation.
function(handoff_row_struct out family type policy struct)
  set(policy_argument "")
  if(policy)
    set(policy_argument "handoff::${policy}")
  endif()
  if(family STREQUAL queue)
    if(policy)
      set(policy_argument ", ${policy_argument}")
    endif()
    set(alias "  template <class Item, std::size_t Capacity>\n  using type = handoff::${type}<Item, Capacity${policy_argument}>;\n")
  elseif(family STREQUAL value)
    set(alias "  template <class T, std::size_t Length>\n  using type = handoff::${type}<T, Length>;\n")
  elseif(policy)
    set(alias "  using type = handoff::${type}<${policy_argument}>;\n")
  else()
    set(alias "  using type = handoff::${type};\n")
  endif()
  set(${out} "struct ${struct} {\n${alias}};\n" PARENT_SCOPE)
endfunction()

# `package`: what would have to be installed to build it, if anything.
function(handoff_catalogue_json family header built reason package)
  if(HANDOFF_CATALOGUE_JSON)
    string(APPEND HANDOFF_CATALOGUE_JSON ",\n")
  endif()
  string(APPEND HANDOFF_CATALOGUE_JSON
    "  {\"family\": \"${family}\", \"header\": \"${header}\", \"built\": ${built}, \"reason\": \"${reason}\", \"package\": \"${package}\"}")
  set(HANDOFF_CATALOGUE_JSON "${HANDOFF_CATALOGUE_JSON}" PARENT_SCOPE)
endfunction()

function(handoff_implementation family header type)
  cmake_parse_arguments(ROW "" "INCLUDE;OPTION" "WAITING;NEEDS;LINK" ${ARGN})
  if(ROW_NEEDS)
    list(GET ROW_NEEDS 0 needed_header)
    list(GET ROW_NEEDS 1 package)
    string(MAKE_C_IDENTIFIER "HANDOFF_HAS_${needed_header}" found)
    set(CMAKE_REQUIRED_FLAGS "-std=c++20")
    set(CMAKE_REQUIRED_INCLUDES ${ROW_INCLUDE})
    check_include_file_cxx(${needed_header} ${found})
    set(complete ${${found}})
    foreach(library IN LISTS ROW_LINK)
      find_library(HANDOFF_LIBRARY_${library} ${library})
      if(HANDOFF_LIBRARY_${library})
        set_property(GLOBAL APPEND PROPERTY HANDOFF_LINK_${family} ${HANDOFF_LIBRARY_${library}})
      else()
        set(complete FALSE)
      endif()
    endforeach()
    if(NOT complete)
      handoff_catalogue_json(${family} ${header} false "needs the Debian package ${package}, which ./handoff setup --all installs" ${package})
      set(HANDOFF_CATALOGUE_JSON "${HANDOFF_CATALOGUE_JSON}" PARENT_SCOPE)
      return()
    endif()
  endif()

  if(ROW_NEEDS)
    set_property(GLOBAL APPEND PROPERTY HANDOFF_PACKAGES ${package})
  endif()

  set(policies ${ROW_WAITING})
  if(NOT policies)
    set(policies "-")
  endif()
  set(rows "")
  set(additions "")
  set(instances "")
  foreach(policy IN LISTS policies)
    if(policy STREQUAL "-")
      set(policy "")
    endif()
    handoff_row_struct(struct_text ${family} ${type} "${policy}" "Row${policy}")
    string(APPEND rows "${struct_text}")
    string(APPEND additions "  add_${family}<Row${policy}>(cases);\n")
    string(APPEND instances "INSTANTIATE_${family}_CONFORMANCE(${header}${policy}, Row${policy});\n")
  endforeach()

  set(includes "#include \"bench/${family}.hpp\"\n#include \"impl/${family}/${header}.hpp\"\n")
  file(CONFIGURE OUTPUT ${HANDOFF_GENERATED}/bench/${family}_${header}.cpp CONTENT
    "${includes}\nnamespace handoff::bench {\nnamespace {\n${rows}}  // namespace\n\nvoid add_${family}_${header}(Cases& cases) {\n${additions}}\n}  // namespace handoff::bench\n"
    @ONLY)
  file(CONFIGURE OUTPUT ${HANDOFF_GENERATED}/conformance/${family}_${header}.cpp CONTENT
    "#include \"impl/${family}/${header}.hpp\"\n#include \"tests/conformance/${family}.hpp\"\n\nnamespace handoff::conformance::of_${header} {\nnamespace {\n${rows}${instances}}  // namespace\n}  // namespace handoff::conformance::of_${header}\n"
    @ONLY)
  if(ROW_INCLUDE)
    set_property(GLOBAL APPEND PROPERTY HANDOFF_INCLUDES ${family}_${header}.cpp ${ROW_INCLUDE})
  endif()
  if(ROW_OPTION)
    set_property(GLOBAL APPEND PROPERTY HANDOFF_OPTIONS ${family}_${header}.cpp ${ROW_OPTION})
    set_property(GLOBAL APPEND PROPERTY HANDOFF_LINK_${family} ${ROW_OPTION})
  endif()
  list(TRANSFORM policies PREPEND ${header} OUTPUT_VARIABLE suites)
  list(TRANSFORM suites REPLACE "-$" "")
  set(HANDOFF_SUITES_${family}_${header} ${suites} PARENT_SCOPE)
  set(HANDOFF_HEADERS_${family} ${HANDOFF_HEADERS_${family}} ${header} PARENT_SCOPE)
  handoff_catalogue_json(${family} ${header} true "" "")
  set(HANDOFF_CATALOGUE_JSON "${HANDOFF_CATALOGUE_JSON}" PARENT_SCOPE)
endfunction()

# Call in the folder whose targets compile the units of `kind`, bench or conformance: where their
# libraries' headers are, and with which options.
function(handoff_include_libraries kind)
  get_property(units GLOBAL PROPERTY HANDOFF_INCLUDES)
  while(units)
    list(POP_FRONT units unit folder)
    set_property(SOURCE ${HANDOFF_GENERATED}/${kind}/${unit} APPEND PROPERTY
                 COMPILE_OPTIONS -isystem ${folder})
  endwhile()
  get_property(units GLOBAL PROPERTY HANDOFF_OPTIONS)
  while(units)
    list(POP_FRONT units unit option)
    set(source ${HANDOFF_GENERATED}/${kind}/${unit})
    set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS ${option})
    # What was compiled without the option is of no use with it.
    set_property(SOURCE ${source} PROPERTY SKIP_PRECOMPILE_HEADERS ON)
  endwhile()
endfunction()

# Call after the catalogue has been read: the packages that its rows are built with, and their
# versions where dpkg knows them, as "libzmq3-dev 4.3.4-6, ...".
function(handoff_package_versions out)
  get_property(packages GLOBAL PROPERTY HANDOFF_PACKAGES)
  list(REMOVE_DUPLICATES packages)
  find_program(HANDOFF_DPKG_QUERY dpkg-query)
  set(versions "")
  if(HANDOFF_DPKG_QUERY AND packages)
    execute_process(COMMAND ${HANDOFF_DPKG_QUERY} -W -f "\${Package} \${Version};" ${packages}
                    OUTPUT_VARIABLE versions ERROR_QUIET)
  endif()
  list(REMOVE_ITEM versions "")
  list(JOIN versions ", " versions)
  set(${out} "${versions}" PARENT_SCOPE)
endfunction()

function(handoff_absent family name why)
  handoff_catalogue_json(${family} ${name} false "${why}" "")
  set(HANDOFF_CATALOGUE_JSON "${HANDOFF_CATALOGUE_JSON}" PARENT_SCOPE)
endfunction()

# Call after the catalogue has been read: writes catalogue.json, and for each family the unit that
# adds all its rows. Sets HANDOFF_BENCH_<family> and HANDOFF_CONFORMANCE_<family> (sources), and
# HANDOFF_LINK_<family> (libraries); HANDOFF_SUITES_<family>_<header>, the names of a line's suites, one
# for each row, is there from its own call on.
function(handoff_finish_catalogue)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/catalogue.json
       CONTENT "[\n${HANDOFF_CATALOGUE_JSON}\n]\n" @ONLY)
  foreach(family IN LISTS HANDOFF_FAMILIES)
    set(declarations "")
    set(calls "")
    set(bench ${HANDOFF_GENERATED}/bench/${family}_rows.cpp)
    set(conformance "")
    foreach(header IN LISTS HANDOFF_HEADERS_${family})
      string(APPEND declarations "void add_${family}_${header}(Cases& cases);\n")
      string(APPEND calls "  add_${family}_${header}(cases);\n")
      list(APPEND bench ${HANDOFF_GENERATED}/bench/${family}_${header}.cpp)
      list(APPEND conformance ${HANDOFF_GENERATED}/conformance/${family}_${header}.cpp)
    endforeach()
    file(CONFIGURE OUTPUT ${HANDOFF_GENERATED}/bench/${family}_rows.cpp CONTENT
      "#include \"bench/cases.hpp\"\n\nnamespace handoff::bench {\n\n${declarations}\nvoid add_rows(Cases& cases) {\n${calls}}\n\n}  // namespace handoff::bench\n"
      @ONLY)
    get_property(libraries GLOBAL PROPERTY HANDOFF_LINK_${family})
    list(REMOVE_DUPLICATES libraries)
    set(HANDOFF_LINK_${family} ${libraries} PARENT_SCOPE)
    set(HANDOFF_BENCH_${family} ${bench} PARENT_SCOPE)
    set(HANDOFF_CONFORMANCE_${family} ${conformance} PARENT_SCOPE)
  endforeach()
endfunction()
