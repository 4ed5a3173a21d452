// The hold model on a binary heap of (time, sequence): what the kernel is compared with.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
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
int main(int, char** argv) {
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
