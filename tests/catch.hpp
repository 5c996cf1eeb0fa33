// Catch2 for the tests, version 2 or 3 alike: include this and nothing of Catch2's own.
//
// Everything that both versions call the same is used under that name. What moved has one name here: `Approx`, and
// `contains(text)` for REQUIRE_THAT and REQUIRE_THROWS_WITH.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)

#include <catch2/catch_approx.hpp>
#include <catch2/catch_message.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using Catch::Approx;
inline auto contains(std::string const& text) { return Catch::Matchers::ContainsSubstring(text); }

#else

#include <catch2/catch.hpp>

#include <string>

inline auto contains(std::string const& text) { return Catch::Matchers::Contains(text); }

#endif
