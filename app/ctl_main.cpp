#include "app/ctl/verb.h"

int main(int argc, char** argv) { return luthier::ctl::run(argc, argv); }
