#pragma once
#include <filesystem>
#include <string>

namespace luthier {

/// The record (JSON text) that a file of Luthier carries: a .json file is one, sounds and PNG pictures have it as their comment,
/// SVG pictures as their metadata or description, PDF figures as their subject, HTML pages in an element of their own, Markdown in a comment, and a table (.csv)
/// has the file beside it that names it: its own name with .json (table.json, table.csv.json), or record.json. Empty where there is none. Throws SessionError or audio::AudioError when the file cannot be read.
std::string carried_record(const std::filesystem::path& file);
/// Where the record of a table (.csv) goes: beside it, with the ending .json. Throws ConfigError where another file lies there, or the
/// table itself has this ending.
std::filesystem::path record_place(const std::filesystem::path& table);

}  // namespace luthier
