// What lies in `polyfold` itself is what users write: docs/api.md lists it, and the headers declare nothing else there.

#include <cctype>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

std::string text_of(std::filesystem::path const& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// The end of the literal, comment or directive that begins at `i`; `i` where none does.
std::size_t end_of_foreign(std::string const& text, std::size_t i) {
  auto const behind = [&](char const* what) {
    std::size_t const found = text.find(what, i + 1);
    return found == std::string::npos ? text.size() : found + std::string(what).size();
  };
  if (text.compare(i, 2, "//") == 0) return behind("\n") - 1;
  if (text.compare(i, 2, "/*") == 0) return behind("*/");
  if (text[i] == '#' && (i == 0 || text[i - 1] == '\n')) {
    std::size_t end = text.find('\n', i);
    while (end != std::string::npos && text[end - 1] == '\\') end = text.find('\n', end + 1);
    return end == std::string::npos ? text.size() : end;
  }
  if (text[i] != '"' && (text[i] != '\'' || (i > 0 && in_word(text[i - 1])))) return i;
  std::size_t end = i + 1;
  while (end < text.size() && text[end] != text[i]) end += text[end] == '\\' ? 2U : 1U;
  return end + 1;
}

/// A header's code alone.
std::string code_of(std::string const& text) {
  std::string code;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t const end = end_of_foreign(text, i);
    code += end == i ? text[i] : ' ';
    i = end == i ? i + 1 : end;
  }
  return code;
}

/// `text` without what stands between balanced `open` and `close`.
std::string without(std::string const& text, char open, char close) {
  std::string kept;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool const arrow = text[i] == '>' && i > 0 && text[i - 1] == '-';
    if (text[i] == close && !arrow && depth > 0 && --depth > 0) continue;
    if (depth == 0) kept += text[i];
    if (text[i] == open) ++depth;
  }
  return kept;
}

/// Whether a `<` of what has been read of a declaration waits for its `>`.
bool in_angles(std::string const& head) {
  int open = 0;
  std::string const plain = without(head, '(', ')');
  for (std::size_t i = 0; i < plain.size(); ++i)
    open += plain[i] == '<' ? 1 : plain[i] == '>' && plain[i - 1] != '-' ? -1 : 0;
  return open > 0;
}

/// The name that a declaration declares; none where it declares none.
std::string name_of(std::string const& declaration) {
  std::string const plain = without(without(without(declaration, '(', ')'), '<', '>'), '[', ']');
  static std::regex const none(R"(\boperator\b|^\s*(static_assert|using namespace|friend|catch)\b)");
  static std::regex const type(R"(\b(?:struct|class|union|enum|concept|using)\s+(?:class\s+)?(\w+))");
  static std::regex const function(R"((\w+)\s*\(\))");
  static std::regex const variable(R"((\w+)\s*(?:\[\]\s*)?(?:=.*)?$)");
  std::smatch found;
  if (std::regex_search(plain, none)) return {};
  if (std::regex_search(plain, found, type)) return found[1];
  std::string const before = plain.substr(0, plain.find('='));
  for (std::sregex_iterator i(before.begin(), before.end(), function), end; i != end; ++i)
    if ((*i)[1] != "requires" && (*i)[1] != "noexcept" && (*i)[1] != "decltype" && (*i)[1] != "alignas") return (*i)[1];
  return std::regex_search(before, found, variable) ? found[1].str() : std::string();
}

/// The names that a header declares in `polyfold`, outside of namespaces in it.
void add_names(std::string const& code, std::set<std::string>& names) {
  static std::regex const space(R"(\bnamespace\s*([\w:]*)\s*$)");
  std::vector<std::string> open;
  std::string head;
  int nested = 0;  // parentheses and braces that belong to the declaration
  auto const declared = [&] {
    if (open == std::vector<std::string>{"polyfold"})
      if (std::string const name = name_of(head); !name.empty()) names.insert(name);
    head.clear();
  };
  for (std::size_t i = 0; i < code.size(); ++i) {
    char const c = code[i];
    std::smatch found;
    if (c == '{' && nested == 0 && std::regex_search(head, found, space)) {
      open.push_back(found[1]);
      head.clear();
    } else if (c == '{' && nested == 0 && !in_angles(head)) {
      int depth = 0;
      do depth += code[i] == '{' ? 1 : code[i] == '}' ? -1 : 0;
      while (depth > 0 && ++i < code.size());
      declared();
      if (std::size_t const next = code.find_first_not_of(" \n", i + 1); next != std::string::npos && code[next] == ';')
        i = next;
    } else if (c == '}' && nested == 0 && !open.empty()) {
      open.pop_back();
      head.clear();
    } else if (c == ';' && nested == 0) {
      declared();
    } else {
      nested += c == '(' || c == '{' ? 1 : c == ')' || c == '}' ? -1 : 0;
      head += c == '{' ? '(' : c == '}' ? ')' : c;
    }
  }
}

/// The names in the tables of docs/api.md.
std::set<std::string> listed() {
  std::set<std::string> names;
  std::istringstream page(text_of(POLYFOLD_TEST_DATA "/../../docs/api.md"));
  static std::regex const quoted("`(\\w+)`");
  for (std::string line; std::getline(page, line);)
    if (line.compare(0, 1, "|") == 0)
      for (std::sregex_iterator i(line.begin(), line.end(), quoted), end; i != end; ++i) names.insert((*i)[1]);
  return names;
}

std::string difference(std::set<std::string> const& a, std::set<std::string> const& b) {
  std::string names;
  for (std::string const& n : a)
    if (b.count(n) == 0) names += n + ' ';
  return names;
}

}  // namespace

TEST_CASE("declarations are told by their names") {
  std::set<std::string> names;
  add_names(code_of(R"(namespace polyfold {
// struct in_a_comment {};
template <class T, auto... S>
requires(sizeof(T) > 1) struct first : base<T> { int member(); };
enum class second { a, b };
template <int N>
inline constexpr pipeline<shape{N, 1}> third{};
[[nodiscard]] constexpr int fourth(int i = sizeof(int), char const* text = "struct no {};") { return i; }
using fifth = int(*)(int);
template <class T>
concept sixth = requires(T t) { t.x; };
int seventh() try { return 1; } catch (...) { return 2; }
constexpr bool operator==(first<int>, first<int>);
constexpr int eighth = 1 < 2;
namespace detail { struct hidden {}; }
}
namespace polyfold::room { struct inner {}; })"),
            names);
  CHECK(names == std::set<std::string>{"eighth", "fifth", "first", "fourth", "second", "seventh", "sixth", "third"});
}

TEST_CASE("docs/api.md lists the names that lie in polyfold itself, and no others") {
  std::set<std::string> names;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(POLYFOLD_TEST_DATA "/../../include/polyfold"))
    if (entry.path().extension() == ".hpp") add_names(code_of(text_of(entry.path())), names);
  REQUIRE(names.size() > 100);
  CHECK(difference(names, listed()) == "");
  CHECK(difference(listed(), names) == "");
}
