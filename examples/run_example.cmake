# SPDX-License-Identifier: Apache-2.0
# Runs an example twice in an empty folder.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
set(ENV{DLT_DATA_DIR} ${FOLDER}/.dlt)
foreach(run 1 2)
  execute_process(COMMAND ${EXAMPLE} WORKING_DIRECTORY ${FOLDER} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
