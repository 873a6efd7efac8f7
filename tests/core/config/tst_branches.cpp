#include "core/config/branches.h"

#include <QtTest>

using namespace luthier;

namespace {

const Schema kSchema = {{"seed", std::int64_t{1}, 0, 100, {}, "", "", ""}, {"guidance", 1.0, 0, 10, {}, "", "", ""}, {"steps", std::int64_t{1}, 1, 100, {}, "", "", ""}};

std::string refusal(const std::string& text) {
  try {
    parse_branches(text, kSchema);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

class TestBranches : public QObject {
  Q_OBJECT
 private slots:
  void textGoesThereAndBack() {
    const auto branches = parse_branches("12 seed=7 guidance=2.5; 20 seed=9", kSchema);
    QCOMPARE(branches.size(), std::size_t{2});
    QCOMPARE(branches[0].step, std::int64_t{12});
    QCOMPARE(std::get<double>(branches[0].changes.at("guidance")), 2.5);
    QVERIFY(parse_branches(branches_text(branches), kSchema) == branches);
    QVERIFY(parse_branches("", kSchema).empty());
    QVERIFY(parse_branches(" ; ", kSchema).empty());
  }
  void aBranchReplacesWhatCameAfterItsStep() {
    QCOMPARE(with_branch("", {3, {{"seed", std::int64_t{4}}}}, kSchema), std::string("3 seed=4"));
    QCOMPARE(with_branch("3 seed=4; 8 seed=5", {5, {{"guidance", 2.0}}}, kSchema), std::string("3 seed=4; 5 guidance=2"));
    QVERIFY_THROWS_EXCEPTION(ConfigError, with_branch("", {3, {{"steps", std::int64_t{4}}}}, kSchema));
  }
  void whatCannotBeIsRefusedInASentence() {
    for (const char* wrong : {"seed=7", "0 seed=7", "-1 seed=7", "3", "3 seed", "3 =7", "5 seed=1; 3 seed=2", "3 seed=1; 3 seed=2", "99999999999999999999 seed=1"})
      QVERIFY2(refusal(wrong).find("'branches' cannot be") != std::string::npos, wrong);
    QVERIFY(refusal("3 steps=4").find("can change seed, guidance") != std::string::npos);
    QVERIFY(refusal("3 seed=many").find("'seed' cannot be 'many'") != std::string::npos);
    QVERIFY(refusal("3 guidance=11").find("guidance") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestBranches)
#include "tst_branches.moc"
