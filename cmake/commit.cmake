# Run at each build: writes the commit, and whether the tree differs from it (but for results,
# which measuring writes), where they changed.
#   cmake -DSOURCE=... -DHEADER=... -P commit.cmake
find_program(GIT git)
set(commit "not readable (no git checkout)")
set(dirty "not readable (no git checkout)")
if(GIT)
  execute_process(COMMAND ${GIT} rev-parse HEAD WORKING_DIRECTORY ${SOURCE} RESULT_VARIABLE failed
                  OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed)
    set(commit ${head})
    execute_process(COMMAND ${GIT} status --porcelain -- . :!results WORKING_DIRECTORY ${SOURCE}
                    OUTPUT_VARIABLE changes OUTPUT_STRIP_TRAILING_WHITESPACE)
    set(dirty "no")
    if(changes)
      set(dirty "yes")
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#pragma once

#define HANDOFF_COMMIT \"${commit}\"
#define HANDOFF_DIRTY \"${dirty}\"
" @ONLY)
