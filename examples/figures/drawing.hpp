// Boxes, words and arrows as SVG 1.1, for schematics: what polyfold/report/plot.hpp draws between axes, freely placed.
// Coordinates are whole pixels from the upper left corner.
#pragma once

#include <string>
#include <string_view>

class drawing {
 public:
  struct box {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
  };
  struct text_style {
    char const* anchor = "start";
    int size = 13;
    bool bold = false;
    char const* colour = "#222222";
  };

  drawing(int width, int height, std::string const& title) {
    std::string const size = attribute("width", width) + attribute("height", height);
    svg_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\"" +
           size + " viewBox=\"0 0 " + std::to_string(width) + " " + std::to_string(height) +
           "\" font-family=\"sans-serif\">\n<title>" + escaped(title) + "</title>\n<rect" + size +
           " fill=\"#ffffff\"/>\n";
  }

  void rectangle(box b, std::string const& fill, std::string const& stroke = "#888888", int width = 1) {
    svg_ += "<rect" + attribute("x", b.x) + attribute("y", b.y) + attribute("width", b.width) +
            attribute("height", b.height) + " fill=\"" + fill + "\" stroke=\"" + stroke + "\"" +
            attribute("stroke-width", width) + "/>\n";
  }
  void text(int x, int y, std::string_view words, text_style s) {
    svg_ += "<text" + attribute("x", x) + attribute("y", y) + attribute("font-size", s.size) + " text-anchor=\"" +
            s.anchor + "\" fill=\"" + s.colour + (s.bold ? "\" font-weight=\"bold\">" : "\">") + escaped(words) +
            "</text>\n";
  }
  void line(int x1, int y1, int x2, int y2, std::string const& colour) {
    svg_ += "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2) +
            " stroke=\"" + colour + "\" stroke-width=\"1.5\"/>\n";
  }
  /// Downwards, with its head at `y2`.
  void arrow_down(int x, int y1, int y2, std::string const& colour) {
    line(x, y1, x, y2 - 7, colour);
    svg_ += "<path d=\"M" + std::to_string(x - 5) + " " + std::to_string(y2 - 8) + " h10 l-5 8 z\" fill=\"" + colour +
            "\"/>\n";
  }

  [[nodiscard]] std::string svg() const { return svg_ + "</svg>\n"; }

 private:
  std::string svg_;

  [[nodiscard]] static std::string attribute(char const* name, int value) {
    return std::string(" ") + name + "=\"" + std::to_string(value) + "\"";
  }
  [[nodiscard]] static std::string escaped(std::string_view words) {
    std::string result;
    for (char const c : words) {
      if (c == '&')
        result += "&amp;";
      else if (c == '<')
        result += "&lt;";
      else
        result += c;
    }
    return result;
  }
};
