// The hold model, and workload W3 (see w3.ts), on a binary heap of (time, sequence): what the kernel is compared with.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <queue>
#include <vector>

struct Call { double time; double sequence; int32_t handler, actor, arg; };
struct Later { bool operator()(const Call& a, const Call& b) const { return a.time > b.time || (a.time == b.time && a.sequence > b.sequence); } };
static uint32_t a = 1, b = 2, c = 3, d = 4;
static double draw() {
  const uint32_t t = a + b + d++;
  a = b ^ (b >> 9); b = c + (c << 3); c = (c << 21) | (c >> 11); c += t;
  return t / 4294967296.0;
}
static double w3(int messages) {
  const auto from = std::chrono::steady_clock::now();
  std::priority_queue<Call, std::vector<Call>, Later> heap;
  std::deque<int> waiting;
  std::vector<unsigned char> tries(messages);
  double sequence = 0, now = 0;
  int idle = 8, made = 0, done = 0;
  auto serve = [&] {
    while (idle > 0 && !waiting.empty()) {
      idle--;
      heap.push({now + std::floor(-std::log(1 - draw()) * 570), sequence++, 2, 0, waiting.front()});
      waiting.pop_front();
    }
  };
  heap.push({100, sequence++, 0, 0, 0});
  while (!heap.empty()) {
    const Call call = heap.top();
    heap.pop();
    now = call.time;
    switch (call.handler) {
      case 0:
        waiting.push_back(made++);
        serve();
        if (made < messages) heap.push({now + 100, sequence++, 0, 0, 0});
        break;
      case 1:
        waiting.push_back(call.arg);
        serve();
        break;
      default:
        idle++;
        if (draw() >= 0.1 || ++tries[call.arg] == 5) done++;
        else heap.push({now + 1000.0 * (1 << (tries[call.arg] - 1)), sequence++, 1, 0, call.arg});
        serve();
    }
  }
  if (done != messages) exit(1);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}
int main(int, char** argv) {
  if (!strcmp(argv[1], "w3")) {
    const int messages = atoi(argv[2]);
    double quickest = 1e18;
    for (int n = 0; n < 3; n++) quickest = std::min(quickest, w3(messages));
    printf("%f\n", messages / quickest);
    return 0;
  }
  const int pending = atoi(argv[1]), holds = atoi(argv[2]);
  double sequence = 0, quickest = 1e18;
  std::priority_queue<Call, std::vector<Call>, Later> heap;
  for (int i = 0; i < pending; i++) heap.push({double(int(draw() * 2000)), sequence++, 0, 0, i});
  for (int n = 0; n < 3; n++) {
    const auto from = std::chrono::steady_clock::now();
    for (int i = 0; i < holds; i++) {
      Call call = heap.top();
      heap.pop();
      heap.push({call.time + 1 + int(draw() * 2000), sequence++, 0, 0, 0});
    }
    quickest = std::min(quickest, std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count());
  }
  printf("%f\n", holds / quickest);
}
