/** Countries, and the provinces and cities that papers on COVID-19 name most; a place is recognised only by this list. */
export const places: readonly string[] = [
  ...'China,Italy,Iran,South Korea,Korea,Japan,United States,USA,Spain,France,Germany,United Kingdom,UK,Switzerland,Netherlands,Belgium,Austria,Turkey,Egypt,India,Pakistan,Bangladesh,Saudi Arabia,Israel,Russia,Brazil,Mexico,Canada,Australia,Singapore,Malaysia,Thailand,Vietnam,Philippines,Indonesia,Taiwan,Hong Kong,Macau,Sweden,Norway,Denmark,Finland,Poland,Greece,Portugal,Ireland,South Africa,Nigeria,Morocco,Tunisia,Algeria,Iraq,Kuwait,Qatar,United Arab Emirates,Oman,Lebanon,Jordan,Nepal,Sri Lanka,Argentina,Chile,Colombia,Peru,Ecuador'.split(
    ',',
  ),
  ...'Hubei,Guangdong,Guangdon,Zhejiang,Henan,Hunan,Anhui,Jiangxi,Shandong,Jiangsu,Chongqing,Sichuan,Heilongjiang,Beijing,Shanghai,Hebei,Fujian,Guangxi,Shaanxi,Yunnan,Hainan,Guizhou,Tianjin,Shanxi,Liaoning,Jilin,Gansu,Xinjiang,Inner Mongolia,Ningxia,Qinghai,Tibet,Lombardy,Veneto,Lazio'.split(
    ',',
  ),
  ..."Wuhan,Huanggang,Xiaogan,Jingzhou,Xiangyang,Yichang,Shiyan,Guangzhou,Shenzhen,Zhuhai,Hangzhou,Wenzhou,Ningbo,Zhengzhou,Changsha,Hefei,Nanchang,Jinan,Qingdao,Nanjing,Suzhou,Chengdu,Harbin,Xiamen,Fuzhou,Nanning,Xi'an,Xian,Kunming,Haikou,Guiyang,Shijiazhuang,Dalian,Shenyang,Lanzhou,Milan,Rome,Lodi,Bergamo,Codogno,Tehran,Qom,Seoul,Daegu,Tokyo,Wuxi,Taizhou,Yueyang,Hengyang,Moscow,New York,Madrid,Barcelona,Paris,London,Munich,Basel,Zurich,Lausanne,Taipei".split(
    ',',
  ),
];
