// How the programs here end: whatever is thrown becomes a sentence on the standard error stream and exit code 1, and so
// does a standard output that takes no more, as one into a file on a full disk.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>

#include <polyfold/failure.hpp>

/// What main returns: the exit code of body(), which does the work of the program `name`.
template <class Body>
int run_program(char const* name, Body body) {
  auto const failed = [name](char const* sentence) {
    std::cout.flush();                                  // what was said before it stands before it
    if (isatty(STDOUT_FILENO) != 0) std::cerr << '\n';  // a line that shows progress may not have ended
    std::cerr << name << ": " << sentence << std::endl;
    return EXIT_FAILURE;
  };
  try {
    int const code = body();
    std::cout.flush();
    if (!std::cout || std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw polyfold::failure("the standard output took not all that was written. Remedy: free space on its disk.");
    return code;
  } catch (std::bad_alloc const&) {
    return failed("there is not enough memory. Remedy: end other programs, or use smaller data.");
  } catch (std::exception const& caught) {
    return failed(caught.what());
  } catch (...) {
    return failed("something that is no exception was thrown.");
  }
}
